import { useForm } from "@mantine/form";
import { minPasswordLength } from "../../lib/password.ts";
import { validateEmail } from "../../lib/validate-email.ts";
import { findSlugProblem } from "./slug-hint.ts";
import { fieldOfWish, noWishes, type StrategyWishes } from "./strategy/wishes.ts";

export interface CreateTenantValues {
  name: string;
  slug: string;
  adminEmail: string;
  adminPassword: string;
  planCode: string;
  odooVersion: string;
  wishes: StrategyWishes;
  /** Code of a bundle; empty until the bundles are known, for the platform's first. */
  bundle: string;
}

/** The form of a new instance with what can be checked before the server is asked. */
export function useCreateForm(adminEmail: string) {
  return useForm<CreateTenantValues>({
    initialValues: {
      name: "",
      slug: "",
      adminEmail,
      adminPassword: "",
      planCode: "basic",
      odooVersion: "19",
      wishes: noWishes,
      bundle: "",
    },
    validate: {
      slug: (slug) => findSlugProblem(slug) ?? null,
      adminEmail: validateEmail,
      adminPassword: (password) =>
        password.length < minPasswordLength ? `Use at least ${minPasswordLength} characters.` : null,
    },
  });
}

export interface MappedErrors {
  /** By the form's own names, nested ones with a dot. */
  fields: Record<string, string>;
  /** What concerns no field of this form. */
  rest: string | undefined;
}

/** Puts each of the API's userErrors where a person looks for it; the first one of a field wins. */
export function mapUserErrors(
  errors: readonly { field?: string | null | undefined; message: string }[],
  values: CreateTenantValues,
): MappedErrors {
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { field, message } of errors) {
    const apiField = field?.replace(/^input\./, "") ?? "";
    const wish = fieldOfWish(apiField);
    const name = wish ?? apiField;
    if (wish !== undefined || name in values) fields[name] ??= message;
    else rest.push(message);
  }
  return { fields, rest: rest.length > 0 ? rest.join(" ") : undefined };
}

import { Button, Flex, Select, Stack, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { FormError } from "../../../components/ui/form-error.tsx";
import { bindField, type FieldProps } from "../../../lib/bind-field.ts";
import { useFocusOnFault } from "../../../lib/use-focus-on-fault.ts";
import { useCreateForm } from "../create-form.ts";
import { suggestSlug } from "../slug-hint.ts";
import { StrategyPreview } from "../strategy/strategy-preview.tsx";
import { WishesFields } from "../strategy/wishes-fields.tsx";
import { useSubmitTenant } from "../use-submit-tenant.ts";
import { AdminPasswordField } from "./admin-password-field.tsx";
import { SlugField } from "./slug-field.tsx";

interface CreateTenantFormProps {
  viewerEmail: string;
  /** The plans are another feature's: the page puts its picker in. */
  renderPlanField(props: FieldProps<string>): ReactNode;
  renderBundleField(props: FieldProps<string>): ReactNode;
}

/** Everything that a new instance needs; the subdomain follows the name until it is typed itself. */
export function CreateTenantForm({ viewerEmail, renderPlanField, renderBundleField }: CreateTenantFormProps) {
  const form = useCreateForm(viewerEmail);
  const { formRef, focusFault } = useFocusOnFault();
  const { submit, isBusy, errorMessage } = useSubmitTenant((errors) => {
    form.setErrors(errors);
    focusFault();
  });

  const changeName = (name: string) => {
    if (form.values.slug === suggestSlug(form.values.name)) form.setFieldValue("slug", suggestSlug(name));
    form.setFieldValue("name", name);
  };

  return (
    <form ref={formRef} onSubmit={form.onSubmit(submit, focusFault)} noValidate>
      <Stack gap="lg">
        <TextInput
          label="Name"
          description="As you call it, for example your company. The subdomain, if you leave it empty."
          autoFocus
          {...form.getInputProps("name")}
          onChange={(event) => changeName(event.currentTarget.value)}
        />
        <SlugField {...bindField(form, "slug")} />
        <TextInput
          label="Administrator's e-mail"
          description="The login of the first user in Odoo."
          type="email"
          {...form.getInputProps("adminEmail")}
        />
        <AdminPasswordField {...bindField(form, "adminPassword")} />
        {renderPlanField(bindField(form, "planCode"))}
        {renderBundleField(bindField(form, "bundle"))}
        <Select
          label="Odoo version"
          data={[{ value: "19", label: "Odoo 19" }]}
          allowDeselect={false}
          maw={220}
          {...form.getInputProps("odooVersion")}
        />
        <WishesFields form={form} />
        <StrategyPreview planCode={form.values.planCode} wishes={form.values.wishes} />
        <FormError message={errorMessage} />
        <Flex direction={{ base: "column-reverse", xs: "row" }} justify="flex-end" gap="sm">
          <Button variant="default" size="md" component={Link} to="/dashboard">
            Cancel
          </Button>
          <Button type="submit" size="md" loading={isBusy}>
            Create the instance
          </Button>
        </Flex>
      </Stack>
    </form>
  );
}

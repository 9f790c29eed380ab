import { useRef, useState } from "react";
import { useNavigate } from "react-router";
import { describeError } from "../../lib/api/describe-error.ts";
import { makeIdempotencyKey } from "../../lib/idempotency-key.ts";
import { useCreateTenant } from "./api/create-tenant.ts";
import { type CreateTenantValues, type MappedErrors, mapUserErrors } from "./create-form.ts";
import { toWishesInput } from "./strategy/wishes.ts";

/** Sends the form once, whatever the network does, and leads to the new instance's page. */
export function useSubmitTenant(showFieldErrors: (errors: MappedErrors["fields"]) => void) {
  const navigate = useNavigate();
  const key = useRef(makeIdempotencyKey());
  const [createTenant] = useCreateTenant();
  const [isBusy, setIsBusy] = useState(false);
  const [errorMessage, setErrorMessage] = useState<string>();

  const submit = async (values: CreateTenantValues) => {
    setIsBusy(true);
    setErrorMessage(undefined);
    try {
      const { wishes, bundle, ...rest } = values;
      const name = values.name.trim() || null;
      const chosen = { name, bundle: bundle || null };
      const input = { ...rest, ...toWishesInput(wishes), ...chosen, idempotencyKey: key.current };
      const { data } = await createTenant({ variables: { input } });
      const payload = data?.createTenant;
      if (payload?.tenant) return await navigate(`/instances/${encodeURIComponent(payload.tenant.id)}`);
      // The server's answer is final: what is sent next is another order.
      key.current = makeIdempotencyKey();
      const errors = mapUserErrors(payload?.userErrors ?? [], values);
      showFieldErrors(errors.fields);
      setErrorMessage(errors.rest);
    } catch (error) {
      setErrorMessage(describeError(error));
    } finally {
      setIsBusy(false);
    }
  };
  return { submit, isBusy, errorMessage };
}

import { Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "react-router";
import { FormError } from "../../../components/ui/form-error.tsx";
import { usePlatform } from "../../../lib/session/session-context.ts";
import { validateEmail } from "../../../lib/validate-email.ts";
import { buildCallbackUrl } from "./callback-url.ts";
import { EmailField } from "./email-field.tsx";
import { useAuthAction } from "./use-auth-action.ts";

/** Asks for a mail with a link to set a new password. */
export function ForgotPasswordForm() {
  const { auth } = usePlatform();
  const navigate = useNavigate();
  const { isBusy, errorMessage, run } = useAuthAction();
  const form = useForm({ initialValues: { email: "" }, validate: { email: validateEmail } });

  const submit = form.onSubmit(async ({ email }) => {
    const address = email.trim();
    const isDone = await run(() => auth.resetPasswordForEmail(address, { redirectTo: buildCallbackUrl() }));
    if (isDone) await navigate("/check-mail", { state: { email: address, purpose: "recovery" } });
  });

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormError message={errorMessage} />
        <EmailField {...form.getInputProps("email")} />
        <Button type="submit" size="md" loading={isBusy}>
          Send me a link
        </Button>
      </Stack>
    </form>
  );
}

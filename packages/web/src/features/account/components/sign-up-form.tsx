import { Anchor, Button, Checkbox, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useNavigate } from "react-router";
import { FormError } from "../../../components/ui/form-error.tsx";
import { NewPasswordField } from "../../../components/ui/new-password-field.tsx";
import { minPasswordLength } from "../../../lib/password.ts";
import { usePlatform } from "../../../lib/session/session-context.ts";
import { validateEmail } from "../../../lib/validate-email.ts";
import { buildCallbackUrl } from "./callback-url.ts";
import { EmailField } from "./email-field.tsx";
import { useAuthAction } from "./use-auth-action.ts";

/** Makes an account; leads to "check your mail". */
export function SignUpForm() {
  const { auth } = usePlatform();
  const navigate = useNavigate();
  const { isBusy, errorMessage, run } = useAuthAction();
  const form = useForm({
    initialValues: { email: "", password: "", hasAcceptedTerms: false },
    validate: {
      email: validateEmail,
      password: (value) =>
        value.length < minPasswordLength ? `Use at least ${minPasswordLength} characters.` : null,
      hasAcceptedTerms: (value) => (value ? null : "Please accept the terms of use."),
    },
  });

  const submit = form.onSubmit(async ({ email, password }) => {
    const address = email.trim();
    const isDone = await run(() =>
      auth.signUp({ email: address, password, options: { emailRedirectTo: buildCallbackUrl() } }),
    );
    if (isDone) await navigate("/check-mail", { state: { email: address, purpose: "signup" } });
  });

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormError message={errorMessage} />
        <EmailField {...form.getInputProps("email")} />
        <NewPasswordField label="Password" {...form.getInputProps("password")} />
        <Checkbox
          label={
            <>
              I accept the{" "}
              <Anchor component={Link} to="/terms" target="_blank" inherit>
                terms of use
              </Anchor>
            </>
          }
          {...form.getInputProps("hasAcceptedTerms", { type: "checkbox" })}
        />
        <Button type="submit" size="md" loading={isBusy}>
          Create account
        </Button>
      </Stack>
    </form>
  );
}

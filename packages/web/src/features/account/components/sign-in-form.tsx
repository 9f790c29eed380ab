import { Anchor, Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useNavigate } from "react-router";
import { FormError } from "../../../components/ui/form-error.tsx";
import { usePlatform } from "../../../lib/session/session-context.ts";
import { validateEmail } from "../../../lib/validate-email.ts";
import { EmailField } from "./email-field.tsx";
import { useAuthAction } from "./use-auth-action.ts";

/** E-mail and password. The page around it leaves by itself once the session is there. */
export function SignInForm() {
  const { auth } = usePlatform();
  const navigate = useNavigate();
  const { isBusy, errorMessage, run } = useAuthAction();
  const form = useForm({
    initialValues: { email: "", password: "" },
    validate: { email: validateEmail, password: (value) => (value === "" ? "Enter your password." : null) },
  });

  const submit = form.onSubmit(async ({ email, password }) => {
    await run(async () => {
      const result = await auth.signInWithPassword({ email: email.trim(), password });
      if (result.error?.code === "email_not_confirmed") {
        await navigate("/check-mail", {
          state: { email: email.trim(), purpose: "signup", isUnconfirmed: true },
        });
      }
      return result;
    });
  });

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormError message={errorMessage} />
        <EmailField {...form.getInputProps("email")} />
        <PasswordInput label="Password" autoComplete="current-password" {...form.getInputProps("password")} />
        <Group justify="flex-end">
          <Anchor component={Link} to="/forgot-password" size="sm">
            Forgot your password?
          </Anchor>
        </Group>
        <Button type="submit" size="md" loading={isBusy}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

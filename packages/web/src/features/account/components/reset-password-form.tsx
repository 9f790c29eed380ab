import { Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "react-router";
import { FormError } from "../../../components/ui/form-error.tsx";
import { NewPasswordField } from "../../../components/ui/new-password-field.tsx";
import { minPasswordLength } from "../../../lib/password.ts";
import { usePlatform } from "../../../lib/session/session-context.ts";
import { useAuthAction } from "./use-auth-action.ts";

/** Sets a new password for the session that the mail's link has opened. */
export function ResetPasswordForm() {
  const { auth } = usePlatform();
  const navigate = useNavigate();
  const { isBusy, errorMessage, run } = useAuthAction();
  const form = useForm({
    initialValues: { password: "" },
    validate: {
      password: (value) =>
        value.length < minPasswordLength ? `Use at least ${minPasswordLength} characters.` : null,
    },
  });

  const submit = form.onSubmit(async ({ password }) => {
    if (!(await run(() => auth.updateUser({ password })))) return;
    notifications.show({
      color: "teal",
      title: "Password changed",
      message: "Your other sessions were ended.",
    });
    await navigate("/dashboard", { replace: true });
  });

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormError message={errorMessage} />
        <NewPasswordField label="New password" autoFocus {...form.getInputProps("password")} />
        <Button type="submit" size="md" loading={isBusy}>
          Set the password
        </Button>
      </Stack>
    </form>
  );
}

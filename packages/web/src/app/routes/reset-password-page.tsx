import { AuthLayout } from "../../components/ui/auth-layout.tsx";
import { ResetPasswordForm } from "../../features/account/components/reset-password-form.tsx";

/** Where the mail's link leads: set a new password. */
export function ResetPasswordPage() {
  return (
    <AuthLayout title="Set a new password" description="It replaces the old one at once.">
      <ResetPasswordForm />
    </AuthLayout>
  );
}

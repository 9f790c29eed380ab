import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { AuthLayout } from "../../components/ui/auth-layout.tsx";
import { ForgotPasswordForm } from "../../features/account/components/forgot-password-form.tsx";

/** Ask for a link to set a new password. */
export function ForgotPasswordPage() {
  return (
    <AuthLayout
      title="Forgot your password?"
      description="Tell us your address, and we send a link to set a new one."
      footer={
        <Anchor component={Link} to="/sign-in" inherit>
          Back to sign in
        </Anchor>
      }
    >
      <ForgotPasswordForm />
    </AuthLayout>
  );
}

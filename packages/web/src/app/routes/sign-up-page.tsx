import { Anchor } from "@mantine/core";
import { Link, useLocation } from "react-router";
import { AuthLayout } from "../../components/ui/auth-layout.tsx";
import { SignUpForm } from "../../features/account/components/sign-up-form.tsx";

/** Make an account. */
export function SignUpPage() {
  const { search } = useLocation();
  return (
    <AuthLayout
      title="Create your account"
      description="We will send you a mail to confirm your address."
      footer={
        <>
          Have an account already?{" "}
          <Anchor component={Link} to={`/sign-in${search}`} inherit>
            Sign in
          </Anchor>
        </>
      }
    >
      <SignUpForm />
    </AuthLayout>
  );
}

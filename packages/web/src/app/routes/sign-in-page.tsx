import { Alert, Anchor } from "@mantine/core";
import { Link, useLocation } from "react-router";
import { AuthLayout } from "../../components/ui/auth-layout.tsx";
import { SignInForm } from "../../features/account/components/sign-in-form.tsx";
import { useSession } from "../../lib/session/session-context.ts";

/** Sign in with e-mail and password. */
export function SignInPage() {
  const session = useSession();
  const { search } = useLocation();
  const hasEnded = session.status === "signed-out" && session.cause === "ended";
  return (
    <AuthLayout
      title="Sign in"
      footer={
        <>
          New here?{" "}
          <Anchor component={Link} to={`/sign-up${search}`} inherit>
            Create an account
          </Anchor>
        </>
      }
    >
      {hasEnded && <Alert color="orange">Your session has ended. Please sign in again.</Alert>}
      <SignInForm />
    </AuthLayout>
  );
}

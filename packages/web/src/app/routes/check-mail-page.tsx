import { Alert, Anchor, Text } from "@mantine/core";
import { Link, Navigate, useLocation } from "react-router";
import { AuthLayout } from "../../components/ui/auth-layout.tsx";
import { type MailPurpose, ResendButton } from "../../features/account/components/resend-button.tsx";
import { useSession } from "../../lib/session/session-context.ts";

interface CheckMailState {
  email: string;
  purpose: MailPurpose;
  /** True when somebody tried to sign in with an address that was never confirmed. */
  isUnconfirmed?: boolean;
}

/** A mail was sent: what to do, and how to get another. */
export function CheckMailPage() {
  const session = useSession();
  const state = useLocation().state as CheckMailState | null;
  if (session.status === "signed-in") return <Navigate to="/dashboard" replace />;
  if (state === null) return <Navigate to="/sign-in" replace />;
  const what = state.purpose === "signup" ? "to confirm your address" : "to set a new password";
  return (
    <AuthLayout
      title="Check your mail"
      footer={
        <Anchor component={Link} to="/sign-in" inherit>
          Back to sign in
        </Anchor>
      }
    >
      {state.isUnconfirmed && <Alert color="orange">Your address is not confirmed yet.</Alert>}
      <Text size="sm">
        We sent a link {what} to <strong>{state.email}</strong>. Open it on any device. If nothing arrives
        within a minute or two, look into the spam folder.
      </Text>
      <ResendButton email={state.email} purpose={state.purpose} isReady={state.isUnconfirmed === true} />
    </AuthLayout>
  );
}

import { Button, Stack } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useState } from "react";
import { FormError } from "../../../components/ui/form-error.tsx";
import { usePlatform } from "../../../lib/session/session-context.ts";
import { buildCallbackUrl } from "./callback-url.ts";
import { useAuthAction } from "./use-auth-action.ts";

const waitSeconds = 60; // Supabase sends one mail a minute to an address.

export type MailPurpose = "signup" | "recovery";

interface ResendButtonProps {
  email: string;
  purpose: MailPurpose;
  /** True when no mail was sent just now: no countdown at first. */
  isReady?: boolean;
}

/** Sends the mail once more, after a countdown. */
export function ResendButton({ email, purpose, isReady = false }: ResendButtonProps) {
  const { auth } = usePlatform();
  const { isBusy, errorMessage, run } = useAuthAction();
  const [secondsLeft, setSecondsLeft] = useState(isReady ? 0 : waitSeconds);
  useInterval(() => setSecondsLeft((left) => Math.max(0, left - 1)), 1000, { autoInvoke: true });

  const resend = async () => {
    const isSent = await run(() =>
      purpose === "signup"
        ? auth.resend({ type: "signup", email, options: { emailRedirectTo: buildCallbackUrl() } })
        : auth.resetPasswordForEmail(email, { redirectTo: buildCallbackUrl() }),
    );
    if (isSent) setSecondsLeft(waitSeconds);
  };

  return (
    <Stack>
      <FormError message={errorMessage} />
      <Button variant="default" onClick={resend} loading={isBusy} disabled={secondsLeft > 0}>
        {secondsLeft > 0 ? `Send it again in ${secondsLeft} s` : "Send the mail again"}
      </Button>
    </Stack>
  );
}

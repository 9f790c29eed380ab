import { Anchor, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link, useLoaderData } from "react-router";
import { AuthLayout } from "../../components/ui/auth-layout.tsx";
import { FormError } from "../../components/ui/form-error.tsx";
import { ResendButton } from "../../features/account/components/resend-button.tsx";
import { describeAuthCode } from "../../lib/session/describe-auth-error.ts";

/** Shown only when a mail's link did not work: says why, and sends another. */
export function AuthCallbackPage() {
  const { problemCode } = useLoaderData<{ problemCode: string }>();
  const [email, setEmail] = useState("");
  return (
    <AuthLayout
      title="This link does not work"
      description="If your address is confirmed already, simply sign in. Otherwise have another mail sent."
      footer={
        <>
          <Anchor component={Link} to="/sign-in" inherit>
            Sign in
          </Anchor>
          {" · "}
          <Anchor component={Link} to="/forgot-password" inherit>
            Set a new password
          </Anchor>
        </>
      }
    >
      <Stack>
        <FormError message={describeAuthCode(problemCode)} />
        <TextInput
          label="Your e-mail"
          type="email"
          autoComplete="email"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <ResendButton email={email.trim()} purpose="signup" isReady />
      </Stack>
    </AuthLayout>
  );
}

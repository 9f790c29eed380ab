import { isAuthRetryableFetchError } from "@supabase/supabase-js";

const words: Record<string, string> = {
  invalid_credentials: "The e-mail address or the password is wrong.",
  email_not_confirmed: "Please confirm your e-mail address first: open the link in our mail.",
  user_banned: "This account is suspended. Please contact support.",
  email_exists: "There is an account with this address already. Try signing in.",
  user_already_exists: "There is an account with this address already. Try signing in.",
  email_address_invalid: "This does not look like an e-mail address that can receive mail.",
  validation_failed: "Please check the e-mail address and the password.",
  same_password: "The new password must differ from the old one.",
  otp_expired: "This link has expired or was used already.",
  over_email_send_rate_limit: "A mail was sent a moment ago. Please wait a minute before asking for another.",
  over_request_rate_limit: "Too many attempts. Please wait a few minutes.",
  signup_disabled: "New accounts cannot be created at the moment.",
  session_not_found: "Your session has ended. Please sign in again.",
  session_expired: "Your session has ended. Please sign in again.",
  access_denied: "This link is not valid.",
  nothing: "This link is incomplete. Copy the whole address from the mail.",
};

/** Words for one of Supabase's error codes. */
export function describeAuthCode(code: string): string {
  return words[code] ?? "That did not work. Please try again.";
}

/** Words for an error of supabase-js; says what to do where there is something to do. */
export function describeAuthError(error: unknown): string {
  if (isAuthRetryableFetchError(error))
    return "The sign-in service does not answer. Please try again in a moment.";
  const { code, message } = readError(error);
  if (code === "weak_password") return message || "This password is too easy to guess.";
  return describeAuthCode(code);
}

function readError(error: unknown): { code: string; message: string } {
  if (typeof error !== "object" || error === null) return { code: "", message: "" };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const message = "message" in error && typeof error.message === "string" ? error.message : "";
  return { code, message };
}

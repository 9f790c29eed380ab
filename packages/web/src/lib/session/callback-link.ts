import type { AuthClient } from "./auth-client.ts";

/** What a link in one of Supabase's mails brings back in the address. */
export type CallbackLink =
  | { kind: "tokens"; accessToken: string; refreshToken: string; isRecovery: boolean }
  | { kind: "code"; code: string; isRecovery: boolean }
  | { kind: "problem"; code: string; description: string }
  | { kind: "nothing" };

/** Reads `#access_token=…`, `?code=…` or `#error=…` (as GoTrue's `/verify` sends them). */
export function parseCallbackLink(address: URL): CallbackLink {
  const values = new URLSearchParams([
    ...address.searchParams,
    ...new URLSearchParams(address.hash.slice(1)),
  ]);
  const isRecovery = values.get("type") === "recovery";
  const error = values.get("error_code") ?? values.get("error");
  if (error !== null)
    return { kind: "problem", code: error, description: values.get("error_description") ?? "" };
  const accessToken = values.get("access_token");
  const refreshToken = values.get("refresh_token");
  if (accessToken && refreshToken) return { kind: "tokens", accessToken, refreshToken, isRecovery };
  const code = values.get("code");
  return code ? { kind: "code", code, isRecovery } : { kind: "nothing" };
}

export type CallbackOutcome = { path: string } | { problemCode: string };

/** Turns the link into a session; the outcome is the page to go to or the code of what went wrong. */
export async function completeCallback(auth: AuthClient, address: URL): Promise<CallbackOutcome> {
  const link = parseCallbackLink(address);
  if (link.kind === "problem") return { problemCode: link.code };
  if (link.kind === "nothing") return { problemCode: "nothing" };
  const { error } =
    link.kind === "tokens"
      ? await auth.setSession({ access_token: link.accessToken, refresh_token: link.refreshToken })
      : await auth.exchangeCodeForSession(link.code);
  if (error) return { problemCode: error.code ?? error.name };
  return { path: link.isRecovery ? "/reset-password" : "/dashboard" };
}

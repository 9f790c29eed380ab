import { createHash, randomInt, randomUUID } from "node:crypto";
import type { AuthContext, AuthRequest } from "./auth-context.ts";
import { refuse } from "./auth-error.ts";
import type { MailKind, OneTimeToken, User } from "./auth-store.ts";
import { resolveRedirect } from "./redirects.ts";

const validMs = 3_600_000;
const pkcePrefix = "pkce_";
const sentAtField = {
  signup: "confirmationSentAt",
  recovery: "recoverySentAt",
  email_change: "emailChangeSentAt",
} as const;

/** The code challenge of the PKCE flow; absent in the implicit flow. */
export interface CodeChallenge {
  code_challenge?: string | null | undefined;
  code_challenge_method?: string | null | undefined;
}

/** Refuses a second mail of one kind within the interval: 429 over_email_send_rate_limit. */
export function checkMailRate(context: AuthContext, user: User, kind: MailKind): void {
  const sentAt = user[sentAtField[kind]];
  const waitMs = sentAt ? Date.parse(sentAt) + context.mailIntervalMs - Date.now() : 0;
  if (waitMs <= 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  refuse(
    429,
    "over_email_send_rate_limit",
    `For security purposes, you can only request this after ${seconds} seconds.`,
  );
}

/** Supabase's hash of a code: what the link carries, and what the code must give together with the address. */
function hashCode(email: string, code: string): string {
  return createHash("sha224").update(email).update(code).digest("hex");
}

export function readPrefixedToken(token: string): { id: string; isPkce: boolean } {
  const isPkce = token.startsWith(pkcePrefix);
  return { id: isPkce ? token.slice(pkcePrefix.length) : token, isPkce };
}

/** Forgets the kind's earlier tokens and remembers the challenge of the PKCE flow, if it is one. */
function replaceFlow(
  context: AuthContext,
  user: User,
  wanted: { kind: MailKind; challenge: CodeChallenge },
): void {
  const { kind, challenge } = wanted;
  for (const token of context.store.oneTimeTokens.find("userId", user.id)) {
    if (token.kind === kind) context.store.oneTimeTokens.remove("id", token.id);
  }
  if (!challenge.code_challenge) return;
  context.store.flowStates.put({
    id: randomUUID(),
    userId: user.id,
    kind,
    challenge: challenge.code_challenge,
    challengeMethod: challenge.code_challenge_method ?? "s256",
    createdAtMs: Date.now(),
  });
}

/** Sends the mails of a kind with fresh tokens (a change of address: one to each) and returns the user. */
export async function sendOneTimeTokens(
  context: AuthContext,
  request: AuthRequest,
  wanted: { user: User; kind: MailKind; challenge: CodeChallenge },
): Promise<User> {
  const { kind, challenge } = wanted;
  const user = context.store.users.put({ ...wanted.user, [sentAtField[kind]]: new Date().toISOString() });
  replaceFlow(context, user, wanted);
  const redirectTo = resolveRedirect(request.url.searchParams.get("redirect_to") ?? undefined, context);
  const addresses = kind === "email_change" && user.newEmail ? [user.email, user.newEmail] : [user.email];
  for (const sentTo of addresses) {
    const code = String(randomInt(1_000_000)).padStart(6, "0");
    const id = hashCode(sentTo, code);
    context.store.oneTimeTokens.put({ id, userId: user.id, kind, sentTo, createdAtMs: Date.now() });
    const token = challenge.code_challenge ? pkcePrefix + id : id;
    const query = new URLSearchParams({ token, type: kind, redirect_to: redirectTo });
    const link = `${context.url}/auth/v1/verify?${query}`;
    await context.mailer.send({ to: sentTo, kind, link, code, newEmail: user.newEmail });
  }
  return user;
}

/** Takes a token out of the store: 403 otp_expired when it is unknown, used or older than an hour. */
export function takeOneTimeToken(
  context: AuthContext,
  wanted: { id: string; kinds: readonly MailKind[]; message: string },
): OneTimeToken {
  const token = context.store.oneTimeTokens.get(wanted.id);
  const isValid = token && wanted.kinds.includes(token.kind) && token.createdAtMs + validMs > Date.now();
  if (!isValid) return refuse(403, "otp_expired", wanted.message);
  context.store.oneTimeTokens.remove("id", token.id);
  return token;
}

/** The token that an address and the six digits of a mail stand for. */
export function takeCode(
  context: AuthContext,
  wanted: { email: string; code: string; kinds: readonly MailKind[] },
): OneTimeToken {
  const id = hashCode(wanted.email, wanted.code);
  return takeOneTimeToken(context, { id, kinds: wanted.kinds, message: "Token has expired or is invalid" });
}

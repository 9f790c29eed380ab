import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  type AuthContext,
  type AuthHandler,
  findUserByEmail,
  isBanned,
  readEmail,
  readJson,
} from "./auth-context.ts";
import { AuthError, refuse } from "./auth-error.ts";
import type { MailKind, OneTimeToken, User } from "./auth-store.ts";
import { readPrefixedToken, takeCode, takeOneTimeToken } from "./one-time-tokens.ts";
import { buildRedirect, resolveRedirect } from "./redirects.ts";
import { startSession } from "./sessions.ts";

const halfConfirmed = "Confirmation link accepted. Please proceed to confirm link sent to the other email";
const invalidLink = "Email link is invalid or has expired";
const kindsOfType: Record<string, readonly MailKind[]> = {
  signup: ["signup"],
  recovery: ["recovery"],
  email_change: ["email_change"],
  email: ["signup", "recovery"],
};

function readKinds(type: string | null | undefined): readonly MailKind[] {
  return kindsOfType[type ?? ""] ?? refuse(400, "validation_failed", "Verify requires a verification type");
}

/** Does what the token stands for; undefined while the other address of a change has not agreed yet. */
function applyToken(context: AuthContext, token: OneTimeToken): User | undefined {
  const { users, oneTimeTokens } = context.store;
  const user = users.get(token.userId);
  if (!user) return refuse(403, "otp_expired", invalidLink);
  if (isBanned(user)) return refuse(403, "user_banned", "Error confirming user");
  const now = new Date().toISOString();
  const confirmed = { ...user, updatedAt: now, emailConfirmedAt: user.emailConfirmedAt ?? now };
  if (token.kind !== "email_change") return users.put(confirmed);
  const isOtherMissing = oneTimeTokens.find("userId", user.id).some((other) => other.kind === "email_change");
  if (isOtherMissing) return undefined;
  const newEmail = user.newEmail ?? user.email;
  if (newEmail !== user.email && findUserByEmail(context, newEmail)) {
    return refuse(422, "email_exists", "A user with this email address has already been registered");
  }
  return users.put({ ...confirmed, email: newEmail, newEmail: undefined, emailChangeSentAt: undefined });
}

/** The code with which the browser that began the PKCE flow gets its session. */
function issueAuthCode(context: AuthContext, user: User, kind: MailKind): string {
  const flow = context.store.flowStates.find("userId", user.id).findLast((state) => state.kind === kind);
  if (!flow) return refuse(404, "flow_state_not_found", "No associated flow state found");
  const authCode = randomUUID();
  context.store.flowStates.put({ ...flow, authCode, createdAtMs: Date.now() });
  return authCode;
}

function addToQuery(to: string, name: string, value: string): string {
  const url = new URL(to);
  url.searchParams.set(name, value);
  return url.href;
}

async function followLink(context: AuthContext, query: URLSearchParams, to: string): Promise<string> {
  const { id, isPkce } = readPrefixedToken(query.get("token") ?? "");
  const kinds = readKinds(query.get("type"));
  const token = takeOneTimeToken(context, { id, kinds, message: invalidLink });
  const user = applyToken(context, token);
  if (!user) return buildRedirect(to, { message: halfConfirmed }, isPkce);
  if (isPkce) return addToQuery(to, "code", issueAuthCode(context, user, token.kind));
  const { user: _user, ...tokens } = await startSession(context, user, "otp");
  const values = Object.entries(tokens).map(([name, value]) => [name, String(value)]);
  return buildRedirect(to, { ...Object.fromEntries(values), type: token.kind });
}

/** GET /verify: the link of a mail; always a redirect, faults stand in its fragment. */
export const verifyLink: AuthHandler = async (context, request) => {
  const query = request.url.searchParams;
  const to = resolveRedirect(query.get("redirect_to") ?? undefined, context);
  const location = await followLink(context, query, to).catch((error: unknown) => {
    if (!(error instanceof AuthError)) throw error;
    const bare = new URL(to);
    bare.search = "";
    const values = {
      error: error.status < 500 ? "access_denied" : "server_error",
      error_code: error.reason.code,
      error_description: error.message,
    };
    return buildRedirect(bare.href, values, readPrefixedToken(query.get("token") ?? "").isPkce);
  });
  return { status: 303, headers: { Location: location } };
};

const verifyShape = z.object({
  type: z.string().optional(),
  token_hash: z.string().optional(),
  email: z.string().optional(),
  token: z.string().optional(),
});

/** POST /verify: {type, token_hash} or {type, email, token}, answered with a session. */
export const verifyToken: AuthHandler = async (context, request) => {
  const input = readJson(request, verifyShape);
  const kinds = readKinds(input.type);
  if (!(input.token_hash || (input.email && input.token))) {
    return refuse(400, "validation_failed", "Verify requires either a token or a token hash");
  }
  const token = input.token_hash
    ? takeOneTimeToken(context, { id: readPrefixedToken(input.token_hash).id, kinds, message: invalidLink })
    : takeCode(context, { email: readEmail(input.email), code: input.token ?? "", kinds });
  const user = applyToken(context, token);
  if (!user) return { body: { msg: halfConfirmed, code: "200" } };
  return { body: await startSession(context, user, "otp") };
};

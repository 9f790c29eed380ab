import { z } from "zod";
import {
  type AuthContext,
  type AuthHandler,
  authenticate,
  findUserByEmail,
  readEmail,
  readJson,
} from "./auth-context.ts";
import { refuse } from "./auth-error.ts";
import type { Metadata, Session, User } from "./auth-store.ts";
import { type CodeChallenge, checkMailRate, sendOneTimeTokens } from "./one-time-tokens.ts";
import { checkPassword, hashPassword, verifyPassword } from "./passwords.ts";
import { endSessions } from "./sessions.ts";
import { challengeShape, metadataShape } from "./sign-up.ts";
import { buildUserJson } from "./user-json.ts";

/** Metadata after an update: given keys replace, null removes. */
export function mergeMetadata(metadata: Metadata, changes: Metadata | null | undefined): Metadata {
  const entries = Object.entries({ ...metadata, ...changes });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

/** Ends every session but the given one, and what could still open one with the old password forgotten. */
export function endOtherAccess(context: AuthContext, userId: string, keptSessionId?: string): void {
  endSessions(context, userId, (session) => session.id !== keptSessionId);
  for (const token of context.store.oneTimeTokens.find("userId", userId)) {
    if (token.kind === "recovery") context.store.oneTimeTokens.remove("id", token.id);
  }
}

const updateShape = z.object({
  email: z.string().optional(),
  password: z.string().optional(),
  data: metadataShape.nullish(),
  app_metadata: metadataShape.optional(),
  ...challengeShape,
});

function checkSecondFactor(context: AuthContext, user: User, session: Session): void {
  const hasFactor = context.store.factors
    .find("userId", user.id)
    .some((factor) => factor.status === "verified");
  if (!hasFactor || session.aal === "aal2") return;
  refuse(
    401,
    "insufficient_aal",
    "AAL2 session is required to update email or password when MFA is enabled.",
  );
}

async function hashNewPassword(user: User, password: string): Promise<string> {
  if (await verifyPassword(password, user.passwordHash)) {
    return refuse(422, "same_password", "New password should be different from the old password.");
  }
  return await hashPassword(password);
}

function checkNewEmail(context: AuthContext, user: User, email: string): void {
  if (findUserByEmail(context, email)) {
    refuse(422, "email_exists", "A user with this email address has already been registered");
  }
  checkMailRate(context, user, "email_change");
}

/** GET /user */
export const getOwnUser: AuthHandler = async (context, request) => {
  const { user } = await authenticate(context, request);
  return { body: buildUserJson(user, context.store.factors.find("userId", user.id)) };
};

/** PUT /user: metadata, password (ends the other sessions), e-mail (sends two mails). */
export const updateOwnUser: AuthHandler = async (context, request) => {
  const { user, session } = await authenticate(context, request);
  const input = readJson(request, updateShape);
  if (input.password !== undefined) checkPassword(input.password);
  if (input.app_metadata) refuse(403, "not_admin", "Updating app_metadata requires admin privileges");
  const newEmail = input.email ? readEmail(input.email) : user.email;
  const isMoving = newEmail !== user.email;
  if (isMoving || input.password !== undefined) checkSecondFactor(context, user, session);
  if (isMoving) checkNewEmail(context, user, newEmail);
  const passwordHash =
    input.password === undefined ? user.passwordHash : await hashNewPassword(user, input.password);
  const updated = context.store.users.put({
    ...user,
    passwordHash,
    userMetadata: mergeMetadata(user.userMetadata, input.data),
    updatedAt: new Date().toISOString(),
  });
  if (input.password !== undefined) endOtherAccess(context, user.id, session.id);
  const challenge: CodeChallenge = input;
  const answered = isMoving
    ? await sendOneTimeTokens(context, request, {
        user: { ...updated, newEmail },
        kind: "email_change",
        challenge,
      })
    : updated;
  return { body: buildUserJson(answered, context.store.factors.find("userId", user.id)) };
};

/** POST /logout?scope=global|local|others */
export const logOut: AuthHandler = async (context, request) => {
  const { user, session } = await authenticate(context, request);
  const scope = request.url.searchParams.get("scope") ?? "global";
  if (!["global", "local", "others"].includes(scope)) {
    refuse(400, "validation_failed", `Unsupported logout scope "${scope}"`);
  }
  endSessions(context, user.id, (other) => {
    if (scope === "global") return true;
    return scope === "local" ? other.id === session.id : other.id !== session.id;
  });
  return { status: 204 };
};

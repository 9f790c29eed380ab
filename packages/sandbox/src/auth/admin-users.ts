import { z } from "zod";
import {
  type AuthContext,
  type AuthHandler,
  type AuthRequest,
  findUserByEmail,
  readClaims,
  readEmail,
  readJson,
} from "./auth-context.ts";
import { refuse } from "./auth-error.ts";
import type { User } from "./auth-store.ts";
import { endOtherAccess, mergeMetadata } from "./own-user.ts";
import { checkPassword, hashPassword } from "./passwords.ts";
import { endSessions } from "./sessions.ts";
import { createUser, metadataShape } from "./sign-up.ts";
import { buildUserJson } from "./user-json.ts";

const defaultPageSize = 50;
const unitsMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

const userShape = z.object({
  id: z.uuid().optional(),
  email: z.string().optional(),
  password: z.string().optional(),
  email_confirm: z.boolean().optional(),
  user_metadata: metadataShape.nullish(),
  app_metadata: metadataShape.nullish(),
  ban_duration: z.string().optional(),
});
type UserInput = z.infer<typeof userShape>;

/** Lets the holder of the service key pass only: 401 no_authorization, 403 bad_jwt, not_admin. */
function asAdmin(handler: AuthHandler): AuthHandler {
  return async (context, request) => {
    const claims = await readClaims(context, request);
    if (claims.role !== "service_role") refuse(403, "not_admin", "User not allowed");
    return await handler(context, request);
  };
}

function readBannedUntil(duration: string): string | undefined {
  if (duration === "none") return undefined;
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== duration) {
    return refuse(400, "validation_failed", "invalid format for ban duration");
  }
  const totalMs = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitsMs[unit ?? ""] ?? 0),
    0,
  );
  return new Date(Date.now() + totalMs).toISOString();
}

function getUser(context: AuthContext, request: AuthRequest): User {
  return (
    context.store.users.get(request.parameters.id ?? "") ?? refuse(404, "user_not_found", "User not found")
  );
}

function reply(context: AuthContext, user: User) {
  return { body: buildUserJson(user, context.store.factors.find("userId", user.id)) };
}

/** What both creating and updating set. */
function applyInput(context: AuthContext, user: User, input: UserInput): User {
  const now = new Date().toISOString();
  return context.store.users.put({
    ...user,
    emailConfirmedAt: user.emailConfirmedAt ?? (input.email_confirm ? now : undefined),
    userMetadata: mergeMetadata(user.userMetadata, input.user_metadata),
    appMetadata: mergeMetadata(user.appMetadata, input.app_metadata),
    bannedUntil: input.ban_duration === undefined ? user.bannedUntil : readBannedUntil(input.ban_duration),
    updatedAt: now,
  });
}

/** POST /admin/users */
export const createAdminUser = asAdmin(async (context, request) => {
  const input = readJson(request, userShape);
  if (!input.email) refuse(400, "validation_failed", "Cannot create a user without either an email or phone");
  if (input.password !== undefined) checkPassword(input.password);
  if (input.ban_duration !== undefined) readBannedUntil(input.ban_duration);
  const user = await createUser(context, { ...input, email: readEmail(input.email) });
  return reply(context, applyInput(context, user, input));
});

/** GET /admin/users?page&per_page */
export const listAdminUsers = asAdmin((context, request) => {
  const page = Number(request.url.searchParams.get("page")) || 1;
  const perPage = Number(request.url.searchParams.get("per_page")) || defaultPageSize;
  const total = context.store.users.count();
  const users = context.store.users
    .page((page - 1) * perPage, perPage)
    .map((user) => reply(context, user).body);
  const lastPage = Math.max(1, Math.ceil(total / perPage));
  const buildLink = (to: number, rel: string) =>
    `</admin/users?page=${to}&per_page=${perPage}>; rel="${rel}"`;
  const links = [...(page < lastPage ? [buildLink(page + 1, "next")] : []), buildLink(lastPage, "last")];
  const headers = { "X-Total-Count": String(total), Link: links.join(", ") };
  return { headers, body: { users, aud: "authenticated" } };
});

/** GET /admin/users/:id */
export const getAdminUser = asAdmin((context, request) => reply(context, getUser(context, request)));

/** PUT /admin/users/:id: a new password ends all sessions; a new address needs no confirmation. */
export const updateAdminUser = asAdmin(async (context, request) => {
  const user = getUser(context, request);
  const input = readJson(request, userShape);
  if (input.password !== undefined) checkPassword(input.password);
  const email = input.email ? readEmail(input.email) : user.email;
  if (email !== user.email && findUserByEmail(context, email)) {
    refuse(422, "email_exists", "A user with this email address has already been registered");
  }
  const passwordHash = input.password === undefined ? user.passwordHash : await hashPassword(input.password);
  const updated = applyInput(context, { ...user, email, passwordHash }, input);
  if (input.password !== undefined) endOtherAccess(context, user.id);
  return reply(context, updated);
});

/** DELETE /admin/users/:id: always for good, soft deletion does not exist here. */
export const deleteAdminUser = asAdmin((context, request) => {
  const user = getUser(context, request);
  endSessions(context, user.id);
  context.store.factors.remove("userId", user.id);
  context.store.oneTimeTokens.remove("userId", user.id);
  context.store.flowStates.remove("userId", user.id);
  context.store.users.remove("id", user.id);
  return { body: {} };
});

import { randomUUID } from "node:crypto";
import type { Factor, User } from "./auth-store.ts";

function buildFactorJson(factor: Factor) {
  return {
    id: factor.id,
    created_at: factor.createdAt,
    updated_at: factor.updatedAt,
    status: factor.status,
    friendly_name: factor.friendlyName,
    factor_type: "totp",
  };
}

function buildIdentity(user: User) {
  return {
    identity_id: user.id,
    id: user.id,
    user_id: user.id,
    identity_data: { email: user.email, email_verified: user.emailConfirmedAt !== undefined, sub: user.id },
    provider: "email",
    last_sign_in_at: user.lastSignInAt ?? user.createdAt,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    email: user.email,
  };
}

/** A user as the API shows it. */
export function buildUserJson(user: User, factors: readonly Factor[] = []) {
  return {
    id: user.id,
    aud: "authenticated",
    role: "authenticated",
    email: user.email,
    email_confirmed_at: user.emailConfirmedAt,
    confirmed_at: user.emailConfirmedAt,
    phone: "",
    confirmation_sent_at: user.confirmationSentAt,
    recovery_sent_at: user.recoverySentAt,
    new_email: user.newEmail,
    email_change_sent_at: user.emailChangeSentAt,
    last_sign_in_at: user.lastSignInAt,
    app_metadata: user.appMetadata,
    user_metadata: user.userMetadata,
    identities: [buildIdentity(user)],
    factors: factors.length > 0 ? factors.map(buildFactorJson) : undefined,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    banned_until: user.bannedUntil,
    is_anonymous: false,
  };
}

/** What a sign-up with a taken address gets: it looks like a new user, but for its empty identities. */
export function buildFakeUserJson(email: string, userMetadata: Record<string, unknown>) {
  const now = new Date().toISOString();
  const user: User = {
    id: randomUUID(),
    email,
    confirmationSentAt: now,
    appMetadata: { provider: "email", providers: ["email"] },
    userMetadata,
    createdAt: now,
    updatedAt: now,
  };
  return { ...buildUserJson(user), identities: [] };
}

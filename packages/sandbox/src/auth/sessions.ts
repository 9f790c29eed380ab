import { randomBytes, randomUUID } from "node:crypto";
import { type AuthContext, isBanned } from "./auth-context.ts";
import { refuse } from "./auth-error.ts";
import type { RefreshToken, Session, User } from "./auth-store.ts";
import { buildUserJson } from "./user-json.ts";

const accessTokenSeconds = 3600;

function addRefreshToken(context: AuthContext, sessionId: string, parent?: string): RefreshToken {
  const id = randomBytes(9).toString("base64url");
  return context.store.refreshTokens.put({ id, sessionId, parent, isRevoked: false });
}

/** Signs an access token and builds the answer of /token. */
export async function buildTokens(context: AuthContext, session: Session, refreshToken: RefreshToken) {
  const user = context.store.users.get(session.userId);
  if (!user) return refuse(403, "user_not_found", "User from sub claim in JWT does not exist");
  const issuedAt = Math.floor(Date.now() / 1000);
  const expiresAt = issuedAt + accessTokenSeconds;
  const accessToken = await context.keys.sign({
    iss: `${context.url}/auth/v1`,
    sub: user.id,
    aud: "authenticated",
    exp: expiresAt,
    iat: issuedAt,
    email: user.email,
    phone: "",
    app_metadata: user.appMetadata,
    user_metadata: user.userMetadata,
    role: "authenticated",
    aal: session.aal,
    amr: session.amr,
    session_id: session.id,
    is_anonymous: false,
  });
  return {
    access_token: accessToken,
    token_type: "bearer",
    expires_in: accessTokenSeconds,
    expires_at: expiresAt,
    refresh_token: refreshToken.id,
    user: buildUserJson(user, context.store.factors.find("userId", user.id)),
  };
}

/** Opens a session; `method` is what its `amr` says (password, otp, …). */
export async function startSession(context: AuthContext, user: User, method: string) {
  const now = new Date();
  context.store.users.put({ ...user, lastSignInAt: now.toISOString(), updatedAt: now.toISOString() });
  const session = context.store.sessions.put({
    id: randomUUID(),
    userId: user.id,
    aal: "aal1",
    amr: [{ method, timestamp: Math.floor(now.getTime() / 1000) }],
  });
  return await buildTokens(context, session, addRefreshToken(context, session.id));
}

/** Replaces the session's active refresh token. */
export function rotateRefreshToken(context: AuthContext, session: Session): RefreshToken {
  const active = context.store.refreshTokens.find("sessionId", session.id).find((token) => !token.isRevoked);
  if (active) context.store.refreshTokens.put({ ...active, isRevoked: true });
  return addRefreshToken(context, session.id, active?.id);
}

/**
 * Exchanges a refresh token. The parent of the active one yields the active one again (a lost answer);
 * anything older is a stolen token and ends the family: 400 refresh_token_already_used.
 */
export async function refreshSession(context: AuthContext, refreshToken: string) {
  const { refreshTokens, sessions } = context.store;
  const token = refreshTokens.get(refreshToken);
  const session = token && sessions.get(token.sessionId);
  if (!token || !session) {
    return refuse(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
  }
  const user = context.store.users.get(session.userId);
  if (user && isBanned(user)) refuse(400, "user_banned", "Invalid Refresh Token: User Banned");
  if (!token.isRevoked) return await buildTokens(context, session, rotateRefreshToken(context, session));
  const active = refreshTokens.find("sessionId", session.id).find((candidate) => !candidate.isRevoked);
  if (active?.parent === token.id) return await buildTokens(context, session, active);
  if (active) refreshTokens.put({ ...active, isRevoked: true });
  return refuse(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
}

/** Ends the user's sessions that the filter picks (all without one), with their refresh tokens. */
export function endSessions(
  context: AuthContext,
  userId: string,
  picks: (session: Session) => boolean = () => true,
) {
  for (const session of context.store.sessions.find("userId", userId).filter(picks)) {
    context.store.refreshTokens.remove("sessionId", session.id);
    context.store.sessions.remove("id", session.id);
  }
}

import { z } from "zod";
import type { Log } from "../client/log.ts";
import type { HttpReply, HttpRequest, Parameters } from "../http-server.ts";
import { refuse } from "./auth-error.ts";
import type { AuthMailer } from "./auth-mailer.ts";
import type { AuthStore, Session, User } from "./auth-store.ts";
import type { SigningKeys } from "./signing-keys.ts";

export interface AuthContext {
  store: AuthStore;
  keys: SigningKeys;
  mailer: AuthMailer;
  log: Log;
  /** Where clients reach it, without `/auth/v1`; known once it listens. */
  url: string;
  siteUrl: string;
  redirectUrls: string[];
  mailIntervalMs: number;
}

export interface AuthRequest extends HttpRequest {
  parameters: Parameters;
}

export type AuthHandler = (context: AuthContext, request: AuthRequest) => HttpReply | Promise<HttpReply>;

/** The JSON body in a shape: 400 bad_json or validation_failed. */
export function readJson<Shape extends z.ZodType>(request: AuthRequest, shape: Shape): z.infer<Shape> {
  let json: unknown;
  try {
    json = JSON.parse(request.body.toString() || "{}");
  } catch {
    refuse(400, "bad_json", "Could not parse request body as JSON");
  }
  const result = shape.safeParse(json);
  return result.success ? result.data : refuse(400, "validation_failed", z.prettifyError(result.error));
}

const emailShape = z.email();

/** A valid address in lower case: 400 validation_failed. */
export function readEmail(email: string | undefined): string {
  const result = emailShape.safeParse(email?.trim().toLowerCase());
  if (result.success) return result.data;
  return refuse(400, "validation_failed", "Unable to validate email address: invalid format");
}

export function findUserByEmail(context: AuthContext, email: string): User | undefined {
  return context.store.users.find("email", email)[0];
}

export function isBanned(user: User): boolean {
  return user.bannedUntil !== undefined && Date.parse(user.bannedUntil) > Date.now();
}

/** The claims of the bearer token: 401 no_authorization, 403 bad_jwt. */
export async function readClaims(context: AuthContext, request: AuthRequest) {
  const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (!token) return refuse(401, "no_authorization", "This endpoint requires a valid Bearer token");
  return await context.keys.verify(token).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : "unknown";
    return refuse(403, "bad_jwt", `invalid JWT: unable to parse or verify signature, ${reason}`);
  });
}

/** Who asks: 401 no_authorization, 403 bad_jwt, user_not_found, session_not_found, user_banned. */
export async function authenticate(
  context: AuthContext,
  request: AuthRequest,
): Promise<{ user: User; session: Session }> {
  const claims = await readClaims(context, request);
  if (!claims.sub) return refuse(403, "bad_jwt", "invalid claim: missing sub claim");
  const user = context.store.users.get(claims.sub);
  if (!user) return refuse(403, "user_not_found", "User from sub claim in JWT does not exist");
  const session = context.store.sessions.get(String(claims.session_id));
  if (session?.userId !== user.id) {
    return refuse(403, "session_not_found", "Session from session_id claim in JWT does not exist");
  }
  if (isBanned(user)) refuse(403, "user_banned", "User is banned");
  return { user, session };
}

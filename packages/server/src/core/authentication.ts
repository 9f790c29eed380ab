/** What a valid access token says. */
export interface Viewer {
  userId: string;
  email: string;
  platformRole: "user" | "admin";
  /** Stays the same when the token is refreshed. */
  sessionId: string;
  accessToken: string;
  expiresAt: Date;
}

/** Checks signature, issuer, audience, expiry and role; throws `AppError` UNAUTHENTICATED or UNAVAILABLE. */
export interface TokenVerifier {
  verify(accessToken: string): Promise<Viewer>;
}

/** The server that keeps the sessions. */
export interface AuthServer {
  /** Ends the token's session there. */
  signOut(accessToken: string): Promise<void>;
  /** `unknown` when the server cannot be asked now. */
  findSessionState(accessToken: string): Promise<"alive" | "ended" | "unknown">;
}

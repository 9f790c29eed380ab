import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** Claims of a token to be made; everything has a default. */
export interface TokenInput {
  userId?: string;
  email?: string;
  sessionId?: string;
  isAdmin?: boolean;
  expiresInSeconds?: number;
  claims?: Record<string, unknown>;
}

/** An issuer of tokens with a JWKS, and the two calls of the auth API that the server makes. */
export interface FakeAuth {
  url: string;
  sign(input?: TokenInput): Promise<string>;
  /** Sessions that were ended, there or by a sign-out. */
  endedSessions: Set<string>;
  /** Answers everything but the keys with 500 while true. */
  isDown: boolean;
  dispose(): Promise<void>;
}

export async function startFakeAuth(): Promise<FakeAuth> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "test", alg: "ES256", use: "sig" };
  const endedSessions = new Set<string>();
  const statusOf = (path: string, sessionId: string): number => {
    if (auth.isDown) return 500;
    if (endedSessions.has(sessionId)) return 403;
    if (!path.endsWith("/logout")) return 200;
    endedSessions.add(sessionId);
    return 204;
  };
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://auth").pathname;
    if (path.endsWith("/jwks.json")) return response.end(JSON.stringify({ keys: [jwk] }));
    const payload = request.headers.authorization?.split(".")[1] ?? "";
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString() || "{}");
    response.statusCode = statusOf(path, claims.session_id);
    return response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const auth: FakeAuth = {
    url,
    endedSessions,
    isDown: false,
    sign({
      userId = randomUUID(),
      email,
      sessionId = randomUUID(),
      isAdmin,
      expiresInSeconds = 3600,
      claims,
    } = {}) {
      return new SignJWT({
        email: email ?? `${userId.slice(0, 8)}@example.com`,
        role: "authenticated",
        session_id: sessionId,
        app_metadata: { provider: "email", ...(isAdmin && { platform_role: "admin" }) },
        iss: `${url}/auth/v1`,
        aud: "authenticated",
        sub: userId,
        ...claims,
      })
        .setProtectedHeader({ alg: "ES256", kid: "test" })
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
        .sign(privateKey);
    },
    dispose: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return auth;
}

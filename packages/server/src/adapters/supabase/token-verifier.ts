import { createRemoteJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import { z } from "zod";
import type { TokenVerifier, Viewer } from "../../core/authentication.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";

/** `jwtSecret` is the shared secret of a legacy project that signs HS256 and publishes no keys. */
export interface TokenVerifierOptions {
  supabaseUrl: string;
  jwtSecret?: string | undefined;
  clock?: Clock;
}

const claimsSchema = z.object({
  sub: z.uuid(),
  session_id: z.uuid(),
  role: z.literal("authenticated"),
  email: z.email(),
  exp: z.number(),
  // Only the service key can write it, so it can be trusted.
  app_metadata: z.object({ platform_role: z.string().optional() }).optional(),
});

/** Verifies Supabase's access tokens; its public keys are kept for ten minutes. */
export function makeTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { supabaseUrl, jwtSecret, clock = systemClock } = options;
  const issuer = `${supabaseUrl}/auth/v1`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), {
    cacheMaxAge: 600_000,
    cooldownDuration: 10_000,
    timeoutDuration: 3_000,
  });
  const secret = jwtSecret === undefined ? undefined : new TextEncoder().encode(jwtSecret);

  const verifySignature = async (token: string): Promise<JWTPayload> => {
    const checks = { issuer, audience: "authenticated", currentDate: clock.now(), requiredClaims: ["exp"] };
    if (readAlgorithm(token) === "HS256") {
      if (secret === undefined)
        throw new AppError("UNAUTHENTICATED", "This kind of token is not accepted here.");
      return (await jwtVerify(token, secret, { ...checks, algorithms: ["HS256"] })).payload;
    }
    const algorithms = ["ES256", "RS256", "EdDSA"];
    return (await jwtVerify(token, keys, { ...checks, algorithms })).payload;
  };
  return {
    async verify(token) {
      try {
        return buildViewer(token, claimsSchema.parse(await verifySignature(token)));
      } catch (error) {
        throw toAppError(error);
      }
    },
  };
}

function readAlgorithm(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch (error) {
    throw new AppError("UNAUTHENTICATED", "The access token is not valid.", { cause: error });
  }
}

function buildViewer(accessToken: string, claims: z.infer<typeof claimsSchema>): Viewer {
  return {
    userId: claims.sub,
    email: claims.email,
    platformRole: claims.app_metadata?.platform_role === "admin" ? "admin" : "user",
    sessionId: claims.session_id,
    accessToken,
    expiresAt: new Date(claims.exp * 1000),
  };
}

const tokenFaults = [
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  z.ZodError,
];

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const cause = { cause: error };
  if (error instanceof errors.JWTExpired) {
    return new AppError("UNAUTHENTICATED", "The session's token has expired; refresh it.", cause);
  }
  if (tokenFaults.some((fault) => error instanceof fault)) {
    return new AppError("UNAUTHENTICATED", "The access token is not valid.", cause);
  }
  return new AppError("UNAVAILABLE", "Sign-in cannot be checked now; try again shortly.", cause);
}

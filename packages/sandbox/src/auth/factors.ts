import { randomUUID } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import qrcode from "qrcode";
import { z } from "zod";
import {
  type AuthContext,
  type AuthHandler,
  type AuthRequest,
  authenticate,
  readJson,
} from "./auth-context.ts";
import { refuse } from "./auth-error.ts";
import type { Factor } from "./auth-store.ts";
import { buildTokens, endSessions, rotateRefreshToken } from "./sessions.ts";

const challengeValidMs = 300_000;
const maxFactors = 10;

const enrolShape = z.object({
  factor_type: z.string().optional(),
  friendly_name: z.string().default(""),
  issuer: z.string().optional(),
});

/** An SVG fit for a data URI, in which a # would begin the fragment. */
async function buildQrCode(uri: string): Promise<string> {
  const svg = await qrcode.toString(uri, { type: "svg" });
  return svg.replaceAll("#ffffff", "white").replaceAll("#000000", "black").trim();
}

/** POST /factors: a new, still unverified TOTP factor. */
export const enrolFactor: AuthHandler = async (context, request) => {
  const { user, session } = await authenticate(context, request);
  const input = readJson(request, enrolShape);
  if (input.factor_type !== "totp")
    refuse(400, "validation_failed", "factor_type needs to be totp, phone, or webauthn");
  const known = context.store.factors.find("userId", user.id);
  if (known.some((factor) => factor.friendlyName === input.friendly_name)) {
    const message = `A factor with the friendly name "${input.friendly_name}" for this user already exists`;
    refuse(422, "mfa_factor_name_conflict", message);
  }
  if (known.length >= maxFactors) {
    refuse(
      422,
      "too_many_enrolled_mfa_factors",
      "Maximum number of verified factors reached, unenroll to continue",
    );
  }
  if (known.some((factor) => factor.status === "verified") && session.aal !== "aal2") {
    refuse(403, "insufficient_aal", "AAL2 required to enroll a new factor");
  }
  const secret = new Secret({ size: 20 });
  const issuer = input.issuer ?? new URL(context.siteUrl).host;
  const uri = new TOTP({ issuer, label: user.email, secret }).toString();
  const now = new Date().toISOString();
  const factor = context.store.factors.put({
    id: randomUUID(),
    userId: user.id,
    friendlyName: input.friendly_name,
    status: "unverified",
    secret: secret.base32,
    createdAt: now,
    updatedAt: now,
  });
  const totp = { qr_code: await buildQrCode(uri), secret: secret.base32, uri };
  return { body: { id: factor.id, type: "totp", friendly_name: factor.friendlyName, totp } };
};

async function readFactor(context: AuthContext, request: AuthRequest) {
  const caller = await authenticate(context, request);
  const factor = context.store.factors.get(request.parameters.id ?? "");
  if (factor?.userId !== caller.user.id) return refuse(404, "mfa_factor_not_found", "Factor not found");
  return { ...caller, factor };
}

/** POST /factors/:id/challenge */
export const challengeFactor: AuthHandler = async (context, request) => {
  const { factor } = await readFactor(context, request);
  const expiresAtMs = Date.now() + challengeValidMs;
  const challenge = context.store.challenges.put({ id: randomUUID(), factorId: factor.id, expiresAtMs });
  return { body: { id: challenge.id, type: "totp", expires_at: Math.floor(expiresAtMs / 1000) } };
};

function isRightCode(factor: Factor, code: string): boolean {
  return new TOTP({ secret: Secret.fromBase32(factor.secret) }).validate({ token: code, window: 1 }) !== null;
}

/** POST /factors/:id/verify: raises the session to aal2 and ends the user's sessions below it. */
export const verifyFactor: AuthHandler = async (context, request) => {
  const { user, session, factor } = await readFactor(context, request);
  const input = readJson(
    request,
    z.object({ challenge_id: z.string().default(""), code: z.string().default("") }),
  );
  const challenge = context.store.challenges.get(input.challenge_id);
  if (challenge?.factorId !== factor.id) {
    return refuse(422, "mfa_factor_not_found", "MFA factor with the provided challenge ID not found");
  }
  if (challenge.expiresAtMs < Date.now()) {
    const message = `MFA challenge ${challenge.id} has expired, verify against another challenge or create a new challenge.`;
    return refuse(422, "mfa_challenge_expired", message);
  }
  if (!isRightCode(factor, input.code)) {
    return refuse(422, "mfa_verification_failed", "Invalid TOTP code entered");
  }
  context.store.challenges.remove("id", challenge.id);
  const now = new Date();
  context.store.factors.put({ ...factor, status: "verified", updatedAt: now.toISOString() });
  const amr = [{ method: "totp", timestamp: Math.floor(now.getTime() / 1000) }, ...session.amr];
  const raised = context.store.sessions.put({ ...session, aal: "aal2", amr, factorId: factor.id });
  endSessions(context, user.id, (other) => other.aal === "aal1");
  return { body: await buildTokens(context, raised, rotateRefreshToken(context, raised)) };
};

/** DELETE /factors/:id: sessions raised by it fall back to aal1. */
export const unenrolFactor: AuthHandler = async (context, request) => {
  const { user, session, factor } = await readFactor(context, request);
  if (factor.status === "verified" && session.aal !== "aal2") {
    refuse(422, "insufficient_aal", "AAL2 required to unenroll verified factor");
  }
  context.store.factors.remove("id", factor.id);
  context.store.challenges.remove("factorId", factor.id);
  for (const raised of context.store.sessions.find("userId", user.id)) {
    if (raised.factorId !== factor.id) continue;
    const amr = raised.amr.filter((entry) => entry.method !== "totp");
    context.store.sessions.put({ ...raised, aal: "aal1", amr, factorId: undefined });
  }
  return { body: { id: factor.id } };
};

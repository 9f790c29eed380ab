import { createHash } from "node:crypto";
import { z } from "zod";
import { type AuthHandler, findUserByEmail, isBanned, readEmail, readJson } from "./auth-context.ts";
import { refuse } from "./auth-error.ts";
import { verifyPassword } from "./passwords.ts";
import { refreshSession, startSession } from "./sessions.ts";

const flowValidMs = 300_000;

const passwordShape = z.object({ email: z.string().optional(), password: z.string().default("") });

const grantByPassword: AuthHandler = async (context, request) => {
  const input = readJson(request, passwordShape);
  if (!input.email) return refuse(400, "validation_failed", "missing email or phone");
  const user = findUserByEmail(context, readEmail(input.email));
  const isRight = await verifyPassword(input.password, user?.passwordHash);
  if (!(user && isRight)) return refuse(400, "invalid_credentials", "Invalid login credentials");
  if (isBanned(user)) return refuse(400, "user_banned", "User is banned");
  if (!user.emailConfirmedAt) return refuse(400, "email_not_confirmed", "Email not confirmed");
  return { body: await startSession(context, user, "password") };
};

const grantByRefreshToken: AuthHandler = async (context, request) => {
  const input = readJson(request, z.object({ refresh_token: z.string().optional() }));
  if (!input.refresh_token) return refuse(400, "validation_failed", "refresh_token required");
  return { body: await refreshSession(context, input.refresh_token) };
};

const pkceShape = z.object({ auth_code: z.string().default(""), code_verifier: z.string().default("") });

const grantByPkce: AuthHandler = async (context, request) => {
  const input = readJson(request, pkceShape);
  if (!input.auth_code || !input.code_verifier) {
    return refuse(
      400,
      "validation_failed",
      "invalid request: both auth code and code verifier should be non-empty",
    );
  }
  const flow = context.store.flowStates.find("authCode", input.auth_code)[0];
  const user = flow && context.store.users.get(flow.userId);
  if (!user) return refuse(404, "flow_state_not_found", "invalid flow state, no valid flow state found");
  if (flow.createdAtMs + flowValidMs < Date.now()) {
    return refuse(403, "flow_state_expired", "invalid flow state, flow state has expired");
  }
  const isHashed = flow.challengeMethod.toLowerCase() === "s256";
  const hash = createHash("sha256").update(input.code_verifier).digest("base64url");
  if ((isHashed ? hash : input.code_verifier) !== flow.challenge) {
    return refuse(400, "bad_code_verifier", "code challenge does not match previously saved code verifier");
  }
  context.store.flowStates.remove("id", flow.id);
  return { body: await startSession(context, user, flow.kind === "recovery" ? "recovery" : "otp") };
};

const grants: Record<string, AuthHandler> = {
  password: grantByPassword,
  refresh_token: grantByRefreshToken,
  pkce: grantByPkce,
};

/** POST /token?grant_type=password|refresh_token|pkce */
export const grantToken: AuthHandler = (context, request) => {
  const grant = grants[request.url.searchParams.get("grant_type") ?? ""];
  return grant ? grant(context, request) : refuse(400, "invalid_credentials", "unsupported_grant_type");
};

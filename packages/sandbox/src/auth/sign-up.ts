import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type AuthContext, type AuthHandler, findUserByEmail, readEmail, readJson } from "./auth-context.ts";
import { refuse } from "./auth-error.ts";
import type { Metadata, User } from "./auth-store.ts";
import { checkMailRate, sendOneTimeTokens } from "./one-time-tokens.ts";
import { checkPassword, hashPassword } from "./passwords.ts";
import { buildFakeUserJson, buildUserJson } from "./user-json.ts";

export const challengeShape = {
  code_challenge: z.string().nullish(),
  code_challenge_method: z.string().nullish(),
};
export const metadataShape = z.record(z.string(), z.unknown());

/** Stores a new user: 422 email_exists when the address was taken meanwhile. */
export async function createUser(
  context: AuthContext,
  wanted: {
    id?: string | undefined;
    email: string;
    password?: string | undefined;
    userMetadata?: Metadata | undefined;
  },
): Promise<User> {
  const passwordHash = wanted.password === undefined ? undefined : await hashPassword(wanted.password);
  if (findUserByEmail(context, wanted.email)) {
    return refuse(422, "email_exists", "A user with this email address has already been registered");
  }
  const now = new Date().toISOString();
  return context.store.users.put({
    id: wanted.id ?? randomUUID(),
    email: wanted.email,
    passwordHash,
    appMetadata: { provider: "email", providers: ["email"] },
    userMetadata: wanted.userMetadata ?? {},
    createdAt: now,
    updatedAt: now,
  });
}

const signUpShape = z.object({
  email: z.string().optional(),
  password: z.string().optional(),
  data: metadataShape.nullish(),
  ...challengeShape,
});

/** POST /signup: an unconfirmed user and a mail; a taken address gets an answer that looks the same. */
export const signUp: AuthHandler = async (context, request) => {
  const input = readJson(request, signUpShape);
  if (!input.email) return refuse(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled");
  if (!input.password) return refuse(422, "validation_failed", "Signup requires a valid password");
  checkPassword(input.password);
  const email = readEmail(input.email);
  const known = findUserByEmail(context, email);
  if (known?.emailConfirmedAt) return { body: buildFakeUserJson(email, input.data ?? {}) };
  if (known) checkMailRate(context, known, "signup");
  const userMetadata = input.data ?? {};
  const user = known ?? (await createUser(context, { email, password: input.password, userMetadata }));
  return {
    body: buildUserJson(
      await sendOneTimeTokens(context, request, { user, kind: "signup", challenge: input }),
    ),
  };
};

const resendShape = z.object({
  type: z.string().optional(),
  email: z.string().optional(),
  ...challengeShape,
});

/** POST /resend: signup and email_change; nothing tells whether the address is known. */
export const resend: AuthHandler = async (context, request) => {
  const input = readJson(request, resendShape);
  if (input.type !== "signup" && input.type !== "email_change") {
    return refuse(
      400,
      "validation_failed",
      "Missing one of these types: signup, email_change, sms, phone_change",
    );
  }
  const user = findUserByEmail(context, readEmail(input.email));
  const isDue = input.type === "signup" ? !user?.emailConfirmedAt : user?.newEmail !== undefined;
  if (user && isDue) {
    checkMailRate(context, user, input.type);
    await sendOneTimeTokens(context, request, { user, kind: input.type, challenge: input });
  }
  return { body: {} };
};

const recoverShape = z.object({ email: z.string().optional(), ...challengeShape });

/** POST /recover: a mail to reset the password. */
export const recover: AuthHandler = async (context, request) => {
  const input = readJson(request, recoverShape);
  if (!input.email) return refuse(400, "validation_failed", "Password recovery requires an email");
  const user = findUserByEmail(context, readEmail(input.email));
  if (user) {
    checkMailRate(context, user, "recovery");
    await sendOneTimeTokens(context, request, { user, kind: "recovery", challenge: input });
  }
  return { body: {} };
};

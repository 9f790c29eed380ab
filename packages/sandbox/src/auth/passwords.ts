import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { AuthError, refuse } from "./auth-error.ts";

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const minLength = 6;
const maxBytes = 72; // bcrypt's limit, which Supabase enforces

/** Refuses what Supabase's default settings refuse: 422 weak_password, 400 validation_failed. */
export function checkPassword(password: string): void {
  if (Buffer.byteLength(password) > maxBytes) {
    refuse(400, "validation_failed", `Password cannot be longer than ${maxBytes} characters`);
  }
  if (password.length < minLength) {
    throw new AuthError(422, {
      code: "weak_password",
      message: `Password should be at least ${minLength} characters.`,
      details: { weak_password: { reasons: ["length"] } },
    });
  }
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, 32);
  return `scrypt$${salt.toString("base64")}$${key.toString("base64")}`;
}

/** False also without a hash, after the same amount of work. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, salt = "", key = ""] = (hash ?? "scrypt$AAAA$AAAA").split("$");
  const expected = Buffer.from(key, "base64");
  const actual = await derive(password, Buffer.from(salt, "base64"), 32);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

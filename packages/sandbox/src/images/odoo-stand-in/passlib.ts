import { pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);
const hashBytes = 64;

// passlib's base64: `.` for `+`, no padding.
const encode = (bytes: Buffer): string => bytes.toString("base64").replaceAll("+", ".").replaceAll("=", "");
const decode = (text: string): Buffer => Buffer.from(text.replaceAll(".", "+"), "base64");

/** Hashes a password in the form that Odoo keeps it: `$pbkdf2-sha512$rounds$salt$hash`. */
export const hashPassword = async (password: string, rounds = 600_000): Promise<string> => {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, rounds, hashBytes, "sha512");
  return `$pbkdf2-sha512$${rounds}$${encode(salt)}$${encode(hash)}`;
};

/** Whether a password belongs to a hash; a hash of any other form belongs to none. */
export const verifyPassword = async (password: string, stored: string): Promise<boolean> => {
  const match = /^\$pbkdf2-sha512\$(\d+)\$([\w./]*)\$([\w./]+)$/.exec(stored);
  const [, rounds = "", salt = "", hash = ""] = match ?? [];
  if (!match || Number(rounds) < 1) return false;
  const expected = decode(hash);
  const actual = await derive(password, decode(salt), Number(rounds), expected.length, "sha512");
  return timingSafeEqual(actual, expected);
};

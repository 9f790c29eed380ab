import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const iterations = 4_096;
const hmac = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** The form in which PostgreSQL stores an ASCII password (RFC 5803), so that the clear text meets no SQL log. */
export async function buildScramVerifier(password: string): Promise<string> {
  const salt = randomBytes(16);
  const salted = await promisify(pbkdf2)(password, salt, iterations, 32, "sha256");
  const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const serverKey = hmac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/** Recognises a password without keeping it. */
export const digestOfPassword = (password: string): string =>
  createHash("sha256").update(password).digest("hex");

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JWTPayload } from "jose";
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from "jose";

const tenYearsSeconds = 10 * 365 * 24 * 3600;

interface KeyFile {
  privateJwk: JWK & { kid: string };
  anonKey: string;
  serviceRoleKey: string;
}

async function makeKeyFile(): Promise<KeyFile> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const issuedAt = Math.floor(Date.now() / 1000);
  const signApiKey = (role: string) =>
    new SignJWT({ role, iss: "supabase", iat: issuedAt, exp: issuedAt + tenYearsSeconds })
      .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
      .sign(privateKey);
  return {
    privateJwk: { ...jwk, kid, alg: "ES256" },
    anonKey: await signApiKey("anon"),
    serviceRoleKey: await signApiKey("service_role"),
  };
}

/** The ES256 key of this installation and the two API keys signed with it, made once and kept in `dir`. */
export async function loadSigningKeys(dir: string) {
  const path = join(dir, "auth-keys.json");
  const file = await readFile(path, "utf8").then(
    (text) => JSON.parse(text) as KeyFile,
    async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      const made = await makeKeyFile();
      await writeFile(path, JSON.stringify(made), { mode: 0o600 });
      return made;
    },
  );
  const { d: _private, ...publicJwk } = file.privateJwk;
  const [privateKey, publicKey] = await Promise.all([
    importJWK(file.privateJwk, "ES256"),
    importJWK(publicJwk, "ES256"),
  ]);
  return {
    anonKey: file.anonKey,
    serviceRoleKey: file.serviceRoleKey,
    jwks: { keys: [{ ...publicJwk, use: "sig", key_ops: ["verify"] }] },
    sign: (claims: JWTPayload) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", kid: file.privateJwk.kid, typ: "JWT" })
        .sign(privateKey),
    verify: async (token: string) => (await jwtVerify(token, publicKey, { algorithms: ["ES256"] })).payload,
  };
}

export type SigningKeys = Awaited<ReturnType<typeof loadSigningKeys>>;

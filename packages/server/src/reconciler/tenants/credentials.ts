import { randomBytes } from "node:crypto";

/** What a tenant's Secret holds besides the files of its instance. */
export interface Credentials {
  /** Of the database role. */
  password: string;
  /** The Secret's entries that keep it. */
  secretValues: Record<string, string>;
}

export const passwordKey = "database-password";
const versionKey = "database-password-version";

/**
 * The password that the Secret holds, or another one when a later version was asked for. Whatever is chosen is written
 * to the Secret before the role gets it: a run that ends in between is finished with the same password by the next.
 */
export function chooseCredentials(
  secret: Record<string, string> | undefined,
  wantedVersion: number,
  generate = () => randomBytes(24).toString("base64url"),
): Credentials {
  const heldVersion = Number(secret?.[versionKey] ?? 1);
  const held = heldVersion >= wantedVersion ? secret?.[passwordKey] : undefined;
  const password = held ?? generate();
  return { password, secretValues: { [passwordKey]: password, [versionKey]: String(wantedVersion) } };
}

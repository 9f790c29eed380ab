export interface PasswordStrength {
  /** 0 (nothing typed) to 4 (strong). */
  score: 0 | 1 | 2 | 3 | 4;
  hint: string;
}

export const minPasswordLength = 8;

const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_";

/** A rough hint while typing; the server decides what it accepts. */
export function ratePassword(password: string): PasswordStrength {
  if (password === "") return { score: 0, hint: `At least ${minPasswordLength} characters.` };
  if (password.length < minPasswordLength) {
    return { score: 1, hint: `${minPasswordLength - password.length} more characters needed.` };
  }
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length;
  const isVaried = new Set(password).size >= 6;
  if (!isVaried) return { score: 2, hint: "Too many repeated characters." };
  if (password.length >= 16 || (password.length >= 12 && kinds >= 3)) return { score: 4, hint: "Strong." };
  if (password.length >= 12 || kinds >= 3) return { score: 3, hint: "Good. Longer is better." };
  return { score: 2, hint: "Easy to guess. Make it longer, or mix words and digits." };
}

/** A random password without look-alike characters, about 118 bits at the default length. */
export function generatePassword(length = 20): string {
  const limit = 256 - (256 % alphabet.length);
  let password = "";
  while (password.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < limit && password.length < length) password += alphabet[byte % alphabet.length];
    }
  }
  return password;
}

/** What is wrong with one field, for programs and for people. */
export interface Fault {
  code: string;
  field: string | null;
  message: string;
}

const reservedSlugs = new Set(
  (
    "www api app admin administrator root mail smtp imap pop pop3 ftp sftp ssh ns ns1 ns2 dns mx webmail autodiscover " +
    "autoconfig status support help blog docs doc static assets cdn media download downloads traefik grafana " +
    "prometheus alertmanager loki supabase auth login logout signin signup register account accounts dashboard " +
    "console portal internal localhost local test testing dev staging demo system kubernetes cluster postgres " +
    "database registry metrics health billing pay payment payments killbill security abuse postmaster hostmaster " +
    "webmaster info sales contact legal privacy"
  ).split(" "),
);

/** A subdomain: 3–40 lower-case letters, digits and single inner hyphens, not only digits, not reserved. */
export function findSlugFault(slug: string): (Fault & { code: "INVALID" | "RESERVED" }) | undefined {
  const invalid = (message: string) => ({ code: "INVALID" as const, field: "slug", message });
  if (slug.length < 3 || slug.length > 40) return invalid("A subdomain has 3 to 40 characters.");
  if (!/^[a-z0-9-]+$/.test(slug)) {
    return invalid("Use lower-case letters a–z, digits and hyphens only.");
  }
  if (slug.startsWith("-") || slug.endsWith("-")) return invalid("Begin and end with a letter or digit.");
  if (slug.includes("--")) return invalid("Use single hyphens only.");
  if (/^\d+$/.test(slug)) return invalid("Use at least one letter.");
  if (reservedSlugs.has(slug)) {
    return { code: "RESERVED", field: "slug", message: `“${slug}” is reserved; choose another subdomain.` };
  }
  return undefined;
}

// One @, no spaces or quotes, a domain with a dot; what Odoo and mail servers take without surprises.
const emailPattern =
  /^[a-z0-9.!#$%&*+/=?^_{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** Shape only; whether mail arrives is not asked. */
export function findEmailFault(email: string): Fault | undefined {
  if (email.length <= 254 && emailPattern.test(email)) return undefined;
  return { code: "INVALID", field: "adminEmail", message: "This is not an e-mail address." };
}

// Control characters and halves of characters: nobody can type them, and they change on their way.
const untypable = /[\p{Cc}\p{Cs}]/u;

/** 8 to 128 characters, and not what anybody would guess first. */
export function findPasswordFault(input: {
  adminPassword: string;
  adminEmail: string;
  slug: string;
}): Fault | undefined {
  const { adminPassword, adminEmail, slug } = input;
  const fault = (code: string, message: string) => ({ code, field: "adminPassword", message });
  if (adminPassword.length < 8) return fault("TOO_SHORT", "Use at least 8 characters.");
  if (adminPassword.length > 128) return fault("INVALID", "Use at most 128 characters.");
  if (untypable.test(adminPassword)) return fault("INVALID", "Use characters that can be typed.");
  const guesses = [adminEmail, adminEmail.split("@")[0], slug].map((guess) => guess?.toLowerCase());
  if (guesses.includes(adminPassword.toLowerCase())) {
    return fault("INVALID", "Do not use the e-mail address or the subdomain as the password.");
  }
  return undefined;
}

const maxNameLength = 80;

// Marks that turn the direction of writing make a name look like another one.
const directionMarks = /[\u202a-\u202e\u2066-\u2069]/;

/** A display name: one line with something to see in it. */
export function findNameFault(name: string): Fault | undefined {
  const isPlain = !untypable.test(name) && !directionMarks.test(name);
  if (name.length <= maxNameLength && isPlain && /[\p{L}\p{N}\p{P}\p{S}]/u.test(name)) return undefined;
  return {
    code: "INVALID",
    field: "name",
    message: `A name is one line of at most ${maxNameLength} characters.`,
  };
}

/** Any text of reasonable length. */
export function findIdempotencyKeyFault(key: string | null | undefined): Fault | undefined {
  if (key === null || key === undefined || (key.length >= 1 && key.length <= 200)) return undefined;
  return { code: "INVALID", field: "idempotencyKey", message: "A key has 1 to 200 characters." };
}

/** What a person meant by typing: lower case, spaces and underscores as hyphens. */
export function normalizeSlug(typed: string): string {
  return typed
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
}

/** What is wrong with a subdomain at first sight; undefined when the server should be asked. */
export function findSlugProblem(slug: string): string | undefined {
  if (slug.length < 3) return "Use at least 3 characters.";
  if (slug.length > 63) return "Use at most 63 characters.";
  if (!/^[a-z0-9-]+$/.test(slug)) return "Use the letters a to z, digits and hyphens.";
  if (slug.startsWith("-") || slug.endsWith("-")) return "Begin and end with a letter or a digit.";
  if (slug.includes("--")) return "Use single hyphens.";
  return undefined;
}

/** The subdomain that fits a display name, as in "Acme Ltd." → `acme-ltd`. */
export function suggestSlug(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replaceAll(/\p{Diacritic}/gu, "")
    .toLowerCase();
  return plain
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 63);
}

function matchesPattern(pattern: string, url: string): boolean {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^./]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`).test(url);
}

/**
 * Where a mail's link leads in the end: the wanted address when it is on the site's host or matches an
 * additional pattern (`*` within a path segment, `**` anything), else the site, as Supabase decides.
 */
export function resolveRedirect(
  wanted: string | undefined,
  allowed: { siteUrl: string; redirectUrls: string[] },
) {
  if (!wanted || !URL.canParse(wanted)) return allowed.siteUrl;
  const url = new URL(wanted);
  const isOnSite = /^https?:$/.test(url.protocol) && url.hostname === new URL(allowed.siteUrl).hostname;
  const isListed = allowed.redirectUrls.some((pattern) => matchesPattern(pattern, wanted));
  return isOnSite || isListed ? wanted : allowed.siteUrl;
}

/** The address with parameters in its fragment, and in its query as well when asked. */
export function buildRedirect(to: string, values: Record<string, string>, isInQueryToo = false): string {
  const url = new URL(to);
  if (isInQueryToo) for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
  url.hash = new URLSearchParams(values).toString();
  return url.href;
}

/** Where tenants are reached from outside. */
export interface TenantUrls {
  hostnameOf(slug: string): string;
  /** As a browser opens it, without a trailing slash. */
  urlOf(slug: string): string;
}

/** The port is left out where it is the scheme's own. */
export function makeTenantUrls(options: { scheme: string; port: number; baseDomain: string }): TenantUrls {
  const isDefaultPort = options.port === (options.scheme === "https" ? 443 : 80);
  const suffix = isDefaultPort ? "" : `:${options.port}`;
  const hostnameOf = (slug: string): string => `${slug}.${options.baseDomain}`;
  return { hostnameOf, urlOf: (slug) => `${options.scheme}://${hostnameOf(slug)}${suffix}` };
}

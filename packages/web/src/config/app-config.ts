/** What the server tells this page at run time, in `/config.json`. */
export interface AppConfig {
  supabaseUrl: string;
  supabaseAnonKey: string;
  /** Tenants live under it, as in `acme.<baseDomain>`. */
  baseDomain: string;
  tenantUrlPattern: string;
  version: string;
}

const keys = ["supabaseUrl", "supabaseAnonKey", "baseDomain", "tenantUrlPattern", "version"] as const;

/** Checks the shape of `/config.json`; throws an Error that names every missing value. */
export function parseAppConfig(value: unknown): AppConfig {
  const record: Record<string, unknown> = typeof value === "object" && value !== null ? { ...value } : {};
  const missing = keys.filter((key) => typeof record[key] !== "string" || record[key] === "");
  if (missing.length > 0) throw new Error(`The server's configuration lacks ${missing.join(", ")}.`);
  return Object.fromEntries(keys.map((key) => [key, record[key]])) as unknown as AppConfig;
}

/** Fetches the configuration; throws when the server is unreachable or answers something else. */
export async function fetchAppConfig(): Promise<AppConfig> {
  const response = await fetch("/config.json", { cache: "no-store" }).catch((cause: unknown) => {
    throw new Error("There is no answer from the server.", { cause });
  });
  if (!response.ok) throw new Error(`The server answered ${response.status} for its configuration.`);
  return parseAppConfig(await response.json());
}

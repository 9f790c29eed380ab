import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { pickBundles } from "@odoo-saas/odoo";
import { z } from "zod";
import { messageOf } from "./core/errors.ts";
import { parseSpareTargets } from "./core/spares.ts";

/** Thrown with every fault of the configuration at once. */
export class ConfigError extends Error {
  constructor(readonly faults: string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.name = "ConfigError";
  }
}

const port = z.coerce.number().int().min(0).max(65_535);
const positive = z.coerce.number().int().positive();
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// URL" });
const httpUrl = z
  .url({ protocol: /^https?$/, error: "must be an http(s):// URL" })
  .transform((url) => url.replace(/\/+$/, ""));
const required = z.string().min(1, "must not be empty");
/** What a setting's own parser makes of it; its error becomes a fault. */
const parsedBy = <T>(parse: (text: string) => T) =>
  z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: messageOf(error) });
      return z.NEVER;
    }
  });
const bundles = parsedBy((text) => pickBundles(text.split(",").map((name) => name.trim())));
const spares = parsedBy(parseSpareTargets);
const hostname = z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "must be a domain name in lower case");

const schema = z.object({
  APP_ENV: z.enum(["sandbox", "development", "production"]),
  HOST: required,
  PORT: port,
  PUBLIC_URL: httpUrl,
  BASE_DOMAIN: hostname,
  TENANT_URL_SCHEME: z.enum(["http", "https"]),
  TENANT_URL_PORT: port,
  DATABASE_URL: postgresUrl,
  DATABASE_API_URL: postgresUrl,
  DATABASE_WORKER_URL: postgresUrl,
  SUPABASE_URL: httpUrl,
  SUPABASE_ANON_KEY: required,
  SUPABASE_SERVICE_ROLE_KEY: required,
  SUPABASE_JWT_SECRET: required.optional(),
  KUBECONFIG: required.optional(),
  DATABASE_SERVER_ACCESS: z.enum(["dns", "endpoints"]),
  INGRESS_CLASS: required,
  INGRESS_NAMESPACE: required,
  SYSTEM_NAMESPACE: required,
  SERVICE_ACCOUNT: required.optional(),
  OWN_CLUSTER_ROLE: required.optional(),
  STORAGE_CLASS: required.optional(),
  TLS_CLUSTER_ISSUER: required.optional(),
  TLS_SECRET_NAME: required.optional(),
  ODOO_IMAGE: required,
  ODOO_BUNDLES: bundles,
  POSTGRES_IMAGE: required,
  PLATFORM_IMAGE: required,
  ISOLATION_REPORT_EVERY_HOURS: z.coerce.number().int().min(0),
  ISOLATION_REPORTS_PER_HOUR: positive,
  ROLES: z
    .string()
    .transform((roles) => roles.split(",").map((role) => role.trim()))
    .pipe(z.array(z.enum(["api", "reconciler"])).min(1)),
  WEB_ROOT: required,
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
  POOL_MAX_TENANTS: positive,
  POOL_MIN_FREE_PLACES: z.coerce.number().int().min(0),
  POOL_CPU_MILLICORES: positive,
  POOL_MEMORY_BYTES: positive,
  POOL_STORAGE_BYTES: positive,
  SPARES: spares,
  PRIORITY_CLASS_POOLS: required.optional(),
  PRIORITY_CLASS_TENANTS: required.optional(),
  PRIORITY_CLASS_SPARES: required.optional(),
  POOL_CONNECTION_BUDGET: positive,
  POOL_FAILED_AFTER_SECONDS: positive,
  POOL_MEASURE_SECONDS: positive,
  POOL_TEMPLATE_GRACE_SECONDS: positive,
  AUDIT_INTERVAL_SECONDS: positive.max(60),
  ORPHAN_GRACE_SECONDS: z.coerce.number().int().min(0),
  ORPHAN_MAX_REMOVALS: z.coerce.number().int().min(0),
  STRATEGY_MAX_SHARED_USERS: positive,
  STRATEGY_MAX_SHARED_DATABASE_BYTES: positive,
  DEDICATED_SERVER_SIZE_FACTOR: z.coerce.number().positive().max(1),
  IDEMPOTENCY_SECRET: z.string().min(16, "must have at least 16 characters"),
});

/** The configuration, checked; named as the environment variables are. */
export type Config = z.infer<typeof schema>;

/** Where settings come from; the real environment wins over `.env` over `<APP_ENV>.env` over `base.env`. */
export interface ConfigSources {
  environment?: Record<string, string | undefined>;
  directory?: string;
  localFile?: string;
}

/** Reads and checks the configuration; throws `ConfigError` with all faults. */
export function loadConfig(sources: ConfigSources = {}): Config {
  const environment = withoutEmpty(sources.environment ?? process.env);
  const directory = sources.directory ?? fileURLToPath(new URL("../config/", import.meta.url));
  const base = readEnvFile(join(directory, "base.env"));
  const local = readEnvFile(sources.localFile ?? ".env");
  const appEnv = environment.APP_ENV ?? local.APP_ENV ?? "production";
  // A name with a path in it is no environment; the check below says so.
  const named = /^\w+$/.test(appEnv) ? readEnvFile(join(directory, `${appEnv}.env`)) : {};
  const parsed = schema.safeParse({ ...base, ...named, APP_ENV: appEnv, ...local, ...environment });
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(describeIssue));
  return parsed.data;
}

// The value is left out on purpose: it may be a secret.
function describeIssue(issue: z.core.$ZodIssue): string {
  const isMissing = issue.code === "invalid_type" && issue.message.includes("received undefined");
  return `${issue.path[0]?.toString() ?? "?"}: ${isMissing ? "is missing" : issue.message}`;
}

function readEnvFile(path: string): Record<string, string | undefined> {
  try {
    return withoutEmpty(parseEnv(readFileSync(path, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

const withoutEmpty = (entries: Record<string, string | undefined>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== ""));

import { join, resolve } from "node:path";
import type { Auth } from "./auth/make-auth.ts";
import type { Log } from "./client/log.ts";
import type { Ports } from "./config.ts";
import type { DemoUsers } from "./demo-users.ts";
import type { Secrets } from "./installation.ts";
import { ownerRole, type PlatformDatabase } from "./platform-database.ts";
import { priorityClasses } from "./priority-classes.ts";
import type { Guardian } from "./processes/index.ts";

/** Where everything is and how to get in; stands in `<dir>/access.json`. */
export interface Access extends DemoUsers {
  web: string;
  graphql: string;
  subscriptions: string;
  /** Tenants are reached here by their host name. */
  ingress: string;
  mail: string;
  supabaseUrl: string;
  supabaseAnonKey: string;
  kubeconfig: string;
}

export interface RunningParts {
  host: string;
  ports: Ports;
  auth: Auth;
  database: PlatformDatabase;
  kubeconfig: string;
  secrets: Secrets;
  guardian: Guardian;
  log: Log;
}

const webRoot = resolve(import.meta.dirname, "../../web/dist");

/** The environment of a platform server that uses this sandbox. */
export function buildEnvironment(parts: RunningParts): Record<string, string> {
  const { host, ports, auth, database, kubeconfig, secrets } = parts;
  return {
    APP_ENV: "sandbox",
    HOST: host,
    PORT: String(ports.web),
    PUBLIC_URL: `http://localhost:${ports.web}`,
    BASE_DOMAIN: "localhost",
    TENANT_URL_SCHEME: "http",
    TENANT_URL_PORT: String(ports.ingress),
    DATABASE_URL: database.buildUrl(ownerRole, secrets.databaseOwner),
    DATABASE_API_URL: database.buildUrl("platform_api", secrets.databaseApi),
    DATABASE_WORKER_URL: database.buildUrl("platform_worker", secrets.databaseWorker),
    SUPABASE_URL: auth.url,
    SUPABASE_ANON_KEY: auth.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: auth.serviceRoleKey,
    KUBECONFIG: kubeconfig,
    DATABASE_SERVER_ACCESS: "endpoints",
    PRIORITY_CLASS_POOLS: priorityClasses.pools.name,
    PRIORITY_CLASS_TENANTS: priorityClasses.tenants.name,
    PRIORITY_CLASS_SPARES: priorityClasses.spares.name,
    INGRESS_CLASS: "traefik",
    INGRESS_NAMESPACE: "traefik",
    WEB_ROOT: webRoot,
    IDEMPOTENCY_SECRET: secrets.idempotency,
  };
}

export function buildAccess(parts: RunningParts, users: DemoUsers): Access {
  const { ports, auth, kubeconfig } = parts;
  return {
    web: `http://localhost:${ports.web}`,
    graphql: `http://localhost:${ports.web}/graphql`,
    subscriptions: `ws://localhost:${ports.web}/graphql`,
    ingress: `http://localhost:${ports.ingress}`,
    mail: `http://localhost:${ports.mail}`,
    supabaseUrl: auth.url,
    supabaseAnonKey: auth.anonKey,
    kubeconfig,
    ...users,
  };
}

/** What a person reads when everything is up. */
export function buildBanner(access: Access, options: { dir: string; hasServer: boolean }): string {
  const tenant = access.ingress.replace("//", "//<subdomain>.");
  const lines: [string, string][] = [
    ...(options.hasServer
      ? ([
          ["Web", access.web],
          ["GraphQL", access.graphql],
        ] as [string, string][])
      : []),
    ["Tenants", tenant],
    ["Mails", access.mail],
    ["Auth", access.supabaseUrl],
    ["kubectl", `kubectl --kubeconfig ${access.kubeconfig} get pods -A`],
    ["Customer", `${access.customer.email}   ${access.customer.password}`],
    ["Admin", `${access.admin.email}   ${access.admin.password}`],
    ...(options.hasServer
      ? []
      : ([["Environment", join(options.dir, "environment.json")]] as [string, string][])),
  ];
  const body = lines.map(([name, value]) => `  ${name.padEnd(12)}${value}`).join("\n");
  return `\nThe sandbox is ready (Ctrl-C ends it, state is kept in ${options.dir}).\n\n${body}\n`;
}

import "reflect-metadata";
import { readFileSync } from "node:fs";
import type { Application } from "@odoo-saas/k8s-core";
import { makeOdoo } from "@odoo-saas/odoo";
import { sql } from "kysely";
import { type Cluster, makeCluster } from "./adapters/kubernetes/cluster.ts";
import { addressInCluster, makePostgresServers } from "./adapters/postgres-servers/make-postgres-servers.ts";
import { makeAuthServer } from "./adapters/supabase/auth-server.ts";
import { makeTokenVerifier } from "./adapters/supabase/token-verifier.ts";
import { makeApi } from "./api.ts";
import type { Config } from "./config.ts";
import { systemClock } from "./core/clock.ts";
import { AppError } from "./core/errors.ts";
import type { Log } from "./core/log.ts";
import type { Database } from "./core/ports.ts";
import { makeTenantUrls } from "./core/tenant-urls.ts";
import { type Changes, makeChanges } from "./database/changes.ts";
import { migrate } from "./database/migrate.ts";
import { makeDatabase } from "./database/pool.ts";
import { findRoleFaults } from "./database/roles.ts";
import { type HttpServerOptions, startHttpServer } from "./http/api-server.ts";
import { type Metrics, makeMetrics } from "./http/metrics.ts";
import { makeQueueMetrics } from "./http/queue-metrics.ts";
import { makeReconciler, type Reconciler } from "./reconciler/make-reconciler.ts";
import { reconcileQueue } from "./reconciler/queue/requests.ts";
import { buildPoolSize, buildReconcilerSettings } from "./reconciler-settings.ts";

/** A replica that serves, reconciles, or both. */
export interface RunningReplica {
  port: number;
  dispose(): Promise<void>;
}

interface Parts {
  config: Config;
  log: Log;
  metrics: Metrics;
  changes: Changes;
  cluster: Cluster;
  apiDatabase: Database;
  workerDatabase: Database;
  application: Application;
}

/** The composition root: config → database → clients → features → listen. Hosts Odoo unless told otherwise. */
export async function startServer(
  config: Config,
  log: Log,
  application: Application = makeOdoo({ image: () => config.ODOO_IMAGE, bundles: config.ODOO_BUNDLES }),
): Promise<RunningReplica> {
  await prepareDatabase(config, log);
  const metrics = makeMetrics();
  const apiDatabase = makeDatabase(config.DATABASE_API_URL, {
    applicationName: "saas-kit api",
    maxConnections: 20,
    log,
  });
  const workerDatabase = makeDatabase(config.DATABASE_WORKER_URL, {
    applicationName: "saas-kit reconciler",
    maxConnections: 20,
    log,
  });
  const changes = makeChanges({ database: apiDatabase, listenerUrl: config.DATABASE_API_URL, log });
  const cluster = makeCluster({
    log,
    changes,
    ...(config.KUBECONFIG !== undefined && { kubeconfigPath: config.KUBECONFIG }),
  });
  const parts = { config, log, metrics, changes, cluster, apiDatabase, workerDatabase, application };
  const reconciling = config.ROLES.includes("reconciler") ? startReconciler(parts) : undefined;
  const close = async () => {
    await reconciling?.dispose();
    await cluster.dispose();
    await changes.dispose();
    await Promise.all([apiDatabase.destroy(), workerDatabase.destroy()]);
  };
  try {
    const server = await startHttpServer(buildHttpOptions(parts));
    return {
      port: server.port,
      async dispose() {
        await server.dispose();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function prepareDatabase(config: Config, log: Log): Promise<void> {
  const urls = { apiUrl: config.DATABASE_API_URL, workerUrl: config.DATABASE_WORKER_URL };
  const applied = await migrate({ ownerUrl: config.DATABASE_URL, ...urls });
  if (applied.length > 0) log.info({ applied }, "the database was migrated");
  const faults = await findRoleFaults(urls);
  if (faults.length > 0) throw new Error(`the database roles are not safe: ${faults.join("; ")}`);
}

function startReconciler(parts: Parts): { dispose(): Promise<void> } {
  const { config, log, metrics, changes, cluster, workerDatabase, application } = parts;
  const postgresServers = makePostgresServers({
    findAddress(name) {
      if (config.DATABASE_SERVER_ACCESS === "dns") return addressInCluster(name);
      const address = cluster.findDatabaseAddress(name);
      if (address === undefined) {
        throw new AppError("UNAVAILABLE", `the database server ${name} has no ready address yet.`);
      }
      return address;
    },
    readPassword: cluster.readDatabasePassword,
  });
  const queueMetrics = makeQueueMetrics(metrics.registry, () => reconciler.countKeys());
  const reconciler: Reconciler = makeReconciler({
    workerDatabase,
    listenerUrl: config.DATABASE_WORKER_URL,
    cluster,
    postgresServers,
    application,
    settings: buildReconcilerSettings(config),
    changes,
    log,
    clock: systemClock,
    observer: queueMetrics,
  });
  return {
    async dispose() {
      await reconciler.dispose();
      await postgresServers.dispose();
    },
  };
}

function buildHttpOptions(parts: Parts): HttpServerOptions {
  const { config, log, metrics, changes, cluster, apiDatabase } = parts;
  return {
    host: config.HOST,
    port: config.PORT,
    publicUrl: config.PUBLIC_URL,
    log,
    metrics,
    readiness: {
      database: async () => {
        await sql`select 1`.execute(apiDatabase);
      },
      changes: () => assertReady(changes.isConnected(), "changes of other replicas are not heard"),
      cluster: () => assertReady(cluster.hasSynced(), "the caches of the cluster are not filled yet"),
    },
    ...(config.ROLES.includes("api") && { api: buildApiOptions(parts) }),
  };
}

function assertReady(isReady: boolean, reason: string): void {
  if (!isReady) throw new Error(reason);
}

function buildApiOptions(parts: Parts): NonNullable<HttpServerOptions["api"]> {
  const { config, log, changes, cluster, apiDatabase: database, application } = parts;
  const urls = makeTenantUrls({
    scheme: config.TENANT_URL_SCHEME,
    port: config.TENANT_URL_PORT,
    baseDomain: config.BASE_DOMAIN,
  });
  const api = makeApi({
    database,
    changes,
    queue: reconcileQueue,
    cluster,
    application,
    verifier: makeTokenVerifier({ supabaseUrl: config.SUPABASE_URL, jwtSecret: config.SUPABASE_JWT_SECRET }),
    authServer: makeAuthServer({ supabaseUrl: config.SUPABASE_URL, anonKey: config.SUPABASE_ANON_KEY }),
    urls,
    strategyThresholds: {
      maxSharedConcurrentUsers: config.STRATEGY_MAX_SHARED_USERS,
      maxSharedDatabaseBytes: config.STRATEGY_MAX_SHARED_DATABASE_BYTES,
    },
    idempotencySecret: config.IDEMPOTENCY_SECRET,
    reportsPerHour: config.ISOLATION_REPORTS_PER_HOUR,
    spares: config.SPARES,
    pools: { size: buildPoolSize(config), minFreePlaces: config.POOL_MIN_FREE_PLACES },
    log,
  });
  const spaConfig = {
    supabaseUrl: config.SUPABASE_URL,
    supabaseAnonKey: config.SUPABASE_ANON_KEY,
    baseDomain: config.BASE_DOMAIN,
    tenantUrlPattern: urls.urlOf("{slug}"),
    version: readVersion(),
  };
  return { ...api, database, changes, webRoot: config.WEB_ROOT, spaConfig };
}

function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

import type { Config } from "./config.ts";
import { makeTenantUrls } from "./core/tenant-urls.ts";
import type { PoolSize } from "./placement/pool-size.ts";
import type { ReconcilerSettings } from "./reconciler/settings.ts";

/** The reconciler's part of the configuration. */
export function buildReconcilerSettings(config: Config): ReconcilerSettings {
  return {
    tenantUrls: makeTenantUrls({
      scheme: config.TENANT_URL_SCHEME,
      port: config.TENANT_URL_PORT,
      baseDomain: config.BASE_DOMAIN,
    }),
    cluster: {
      ingressClass: config.INGRESS_CLASS,
      ingressNamespace: config.INGRESS_NAMESPACE,
      systemNamespace: config.SYSTEM_NAMESPACE,
      ...buildOwnRights(config),
      ...(config.STORAGE_CLASS !== undefined && { storageClass: config.STORAGE_CLASS }),
      ...buildTls(config),
      ...buildPriorityClasses(config),
    },
    isolation: { probeImage: config.PLATFORM_IMAGE, everyHours: config.ISOLATION_REPORT_EVERY_HOURS },
    pool: {
      image: config.POSTGRES_IMAGE,
      ...buildPoolSize(config),
      minFreePlaces: config.POOL_MIN_FREE_PLACES,
      failedAfterMs: config.POOL_FAILED_AFTER_SECONDS * 1_000,
      measureEveryMs: config.POOL_MEASURE_SECONDS * 1_000,
      templateGraceMs: config.POOL_TEMPLATE_GRACE_SECONDS * 1_000,
    },
    spares: config.SPARES,
    healing: {
      auditIntervalMs: config.AUDIT_INTERVAL_SECONDS * 1_000,
      orphanGraceMs: config.ORPHAN_GRACE_SECONDS * 1_000,
      orphanMaxRemovals: config.ORPHAN_MAX_REMOVALS,
    },
    dedicated: { sizeFactor: config.DEDICATED_SERVER_SIZE_FACTOR },
  };
}

/** Size of a further pool. */
export function buildPoolSize(config: Config): PoolSize {
  return {
    maxTenants: config.POOL_MAX_TENANTS,
    connectionBudget: config.POOL_CONNECTION_BUDGET,
    cpuMillicores: config.POOL_CPU_MILLICORES,
    memoryBytes: config.POOL_MEMORY_BYTES,
    storageBytes: config.POOL_STORAGE_BYTES,
  };
}

function buildOwnRights({ OWN_CLUSTER_ROLE: clusterRole, SERVICE_ACCOUNT: serviceAccount }: Config) {
  if (clusterRole === undefined || serviceAccount === undefined) return {};
  return { ownRights: { clusterRole, serviceAccount } };
}

function buildTls({ TLS_CLUSTER_ISSUER: clusterIssuer, TLS_SECRET_NAME: secretName }: Config) {
  if (clusterIssuer !== undefined) return { tls: { clusterIssuer } };
  return secretName === undefined ? {} : { tls: { secretName } };
}

function buildPriorityClasses(config: Config) {
  const { PRIORITY_CLASS_POOLS: pool, PRIORITY_CLASS_TENANTS: tenant, PRIORITY_CLASS_SPARES: spare } = config;
  return { priorityClasses: { ...(pool && { pool }), ...(tenant && { tenant }), ...(spare && { spare }) } };
}

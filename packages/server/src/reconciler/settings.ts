import type { ClusterSettings } from "@odoo-saas/k8s-core";
import type { SpareTarget } from "../core/spares.ts";
import type { TenantUrls } from "../core/tenant-urls.ts";
import type { PoolSize } from "../placement/pool-size.ts";

/** What the reconciler takes from the configuration. */
export interface ReconcilerSettings {
  tenantUrls: TenantUrls;
  cluster: ClusterSettings;
  pool: PoolSettings;
  /** Warm spares that are kept ready. */
  spares: SpareTarget[];
  healing: HealingSettings;
  dedicated: DedicatedSettings;
  isolation: IsolationSettings;
}

/** How often the platform looks for what is not as it left it, and when it removes what belongs to nobody. */
export interface HealingSettings {
  auditIntervalMs: number;
  orphanGraceMs: number;
  /** More orphans than this at once are a lost or restored platform database: none is removed then. */
  orphanMaxRemovals: number;
}

/** Servers of tenants' own: their sizes are the plans'. */
export interface DedicatedSettings {
  /** Of a plan's CPU and memory, where machines are smaller than customers' are. */
  sizeFactor: number;
}

/** How the isolation of tenants is examined. */
export interface IsolationSettings {
  /** The platform's own image: a probe is a command in it. */
  probeImage: string;
  /** Each tenant's turn by itself; 0: only when asked for. */
  everyHours: number;
}

/** Size of a new shared PostgreSQL server, and how many there should be. */
export interface PoolSettings extends PoolSize {
  image: string;
  /** A further pool is made when fewer places are free. */
  minFreePlaces: number;
  /** A server that does not answer for this long has failed. */
  failedAfterMs: number;
  measureEveryMs: number;
  /** How long a template that nobody wants any more is kept. */
  templateGraceMs: number;
}

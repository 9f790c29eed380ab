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

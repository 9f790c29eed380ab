import type { Application } from "@odoo-saas/k8s-core";
import type { Cluster } from "../adapters/kubernetes/cluster.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { ChangeBus, Database, ReconcileKey } from "../core/ports.ts";
import type { PostgresServers } from "../core/postgres-servers.ts";
import type { ReconcilerSettings } from "./settings.ts";

/** What every reconcile run works with. */
export interface ReconcilerContext {
  /** The worker's role, which bypasses row-level security. */
  database: Database;
  cluster: Cluster;
  postgresServers: PostgresServers;
  application: Application;
  settings: ReconcilerSettings;
  changes: Pick<ChangeBus, "publish">;
  log: Log;
  clock: Clock;
  /** Makes another key due, without a promise that anything changed. */
  observe(key: ReconcileKey): void;
}

const resyncMs = 300_000;

/** When a key that is as it should be is looked at again: about five minutes, spread. */
export const resyncAfterMs = (random = Math.random): number => resyncMs * (0.8 + 0.4 * random());

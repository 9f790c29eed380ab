import type { Kysely, Transaction } from "kysely";
import type { Tables } from "../database/tables.ts";

export type Database = Kysely<Tables>;
export type DatabaseTransaction = Transaction<Tables>;

/** What is reconciled; one key is never reconciled twice at once. */
export type ReconcileKey =
  | `tenant:${string}`
  | `pool:${string}`
  | "pools"
  | "spares"
  | `report:${string}`
  | "reports"
  | "canary"
  /** A database server, looked over for what was changed by hand. */
  | `audit:${string}`
  | "orphans";

/** Makes keys due. Inside a transaction the key becomes due exactly when the change commits. */
export interface ReconcileQueue {
  /** Somebody asked for something: the key runs at once, whatever its back-off. */
  request(transaction: DatabaseTransaction, key: ReconcileKey): Promise<void>;
}

/**
 * What changed, for live views. `organization:<uuid>`: its list of tenants grew or shrank;
 * `report:<tenant's uuid>`: its isolation report;
 * `session:<uuid>`: the session was revoked; `pools`: one of the shared servers, or what is on them.
 */
export type ChangeTopic =
  | `tenant:${string}`
  | `operation:${string}`
  | `report:${string}`
  | `organization:${string}`
  | `session:${string}`
  | "pools";

/** Tells every replica that rows behind a topic changed; a wake-up, never the data. */
export interface ChangeBus {
  /** Call after commit; coalesced and sent to all replicas, this one included. */
  publish(...topics: ChangeTopic[]): void;
  /** Only inside this process: for what this replica's own caches saw. */
  publishLocally(...topics: ChangeTopic[]): void;
  /** Returns the unsubscribe function. `"reconnected"` tells that notifications may have been missed. */
  subscribe(listener: (topic: ChangeTopic | "reconnected") => void): () => void;
}

export interface PodView {
  name: string;
  phase: string;
  nodeName: string | null;
  isReady: boolean;
  restarts: number;
  startedAt: Date | null;
}

/** The cluster as the reflectors' caches show it. */
export interface ClusterView {
  podsOfTenant(tenantId: string): { items: PodView[]; observedAt: Date | null; isStale: boolean };
  /** True once every cache has been filled. */
  hasSynced(): boolean;
}

import type { ObjectWriter, Place } from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { DatabaseServer, ServerSession } from "../../core/postgres-servers.ts";
import type { ReconcilerContext } from "../context.ts";
import type { PoolRecord } from "./pool-record.ts";

/** One run over a server of either kind. */
export interface ServerRun {
  reconciler: ReconcilerContext;
  lease: Lease;
  pool: DatabaseServer;
  writer: ObjectWriter;
  /** Where its Jobs run and whose they are; absent: the pool's own namespace. */
  place?: Place;
}

/** One run over a pool. */
export interface PoolRun extends ServerRun {
  pool: PoolRecord;
}

/** Changes on the server, fenced by the run's lease. */
export const inPoolSession = <T>(
  { reconciler, pool, lease }: ServerRun,
  change: (session: ServerSession) => Promise<T>,
): Promise<T> => reconciler.postgresServers.withSession(pool, { subjectId: pool.id, lease }, change);

import type { ObjectWriter } from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { ServerSession } from "../../core/postgres-servers.ts";
import type { ReconcilerContext } from "../context.ts";
import type { PoolRecord } from "./pool-record.ts";

/** One run over a pool. */
export interface PoolRun {
  reconciler: ReconcilerContext;
  lease: Lease;
  pool: PoolRecord;
  writer: ObjectWriter;
}

/** Changes on the pool's server, fenced by the pool's own lease. */
export const inPoolSession = <T>(
  { reconciler, pool, lease }: PoolRun,
  change: (session: ServerSession) => Promise<T>,
): Promise<T> => reconciler.postgresServers.withSession(pool, { subjectId: pool.id, lease }, change);

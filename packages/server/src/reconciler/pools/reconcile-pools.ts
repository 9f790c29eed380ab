import { sql } from "kysely";
import type { Lease } from "../../core/lease.ts";
import type { DatabaseTransaction } from "../../core/ports.ts";
import { addPool } from "../../placement/add-pool.ts";
import { type ReconcilerContext, resyncAfterMs } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { reconcileQueue } from "../queue/requests.ts";

interface Supply {
  /** Places that tenants could take, each with the connections of the largest shared plan. */
  free: number;
  /** Pools that were never active yet: another one would fail or come up just the same. */
  unfinished: number;
}

/** What keeping enough free places needs. */
export type SupplyContext = Pick<ReconcilerContext, "database" | "log" | "changes"> & {
  settings: Pick<ReconcilerContext["settings"], "pool">;
};

/** Keeps enough free places: one further pool at a time. */
export async function reconcilePools(context: SupplyContext, lease: Lease): Promise<RunResult> {
  const { database, settings, log, changes } = context;
  const added = await withFencedTransaction(database, lease, async (transaction) => {
    const { free, unfinished } = await readSupply(transaction);
    if (unfinished > 0 || free >= Math.max(1, settings.pool.minFreePlaces)) return undefined;
    return { ...(await addPool(transaction, reconcileQueue, settings.pool)), free };
  });
  if (added !== undefined) {
    log.info({ pool: added.name, free: added.free }, "a further pool is made");
    changes.publish("pools");
  }
  return { requeueAfterMs: resyncAfterMs() };
}

// A pool that restarts keeps its places; one that is cordoned, drained or has failed offers none.
async function readSupply(transaction: DatabaseTransaction): Promise<Supply> {
  const { rows } = await sql<Supply>`
    select coalesce(sum(least(s.max_tenants - s.used_tenants,
          (s.connection_budget - s.used_connections) / plan.connections))
        filter (where s.state = 'ACTIVE'), 0)::int as free,
      (count(*) filter (where s.desired_state = 'ACTIVE' and s.activated_at is null))::int as unfinished
    from platform.database_servers s cross join (
      select coalesce(max(connection_limit), 1) as connections from platform.plans
      where strategy = 'SHARED' and is_available) plan
    where s.kind = 'SHARED'
  `.execute(transaction);
  return rows[0]!;
}

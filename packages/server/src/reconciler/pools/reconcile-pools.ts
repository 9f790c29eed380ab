import { sql } from "kysely";
import type { Lease } from "../../core/lease.ts";
import { type ReconcilerContext, resyncAfterMs } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { reconcileQueue } from "../queue/requests.ts";

interface Supply {
  free: number;
  /** Pools that are not active yet: another one would fail or come up just the same. */
  unfinished: number;
  lastNumber: number;
}

/** Keeps enough free places: one further pool at a time. */
export async function reconcilePools(reconciler: ReconcilerContext, lease: Lease): Promise<RunResult> {
  const { database, settings, log } = reconciler;
  const { minFreePlaces, maxTenants } = settings.pool;
  await withFencedTransaction(database, lease, async (transaction) => {
    const { rows } = await sql<Supply>`
      select coalesce(sum(greatest(s.max_tenants - p.used, 0)), 0)::int as free,
        (count(*) filter (where s.state <> 'ACTIVE'))::int as unfinished,
        coalesce(max(substring(s.name from '\\d+$')::int), 0) as "lastNumber"
      from platform.database_servers s
      cross join lateral (select count(*) as used from platform.placements where database_server_id = s.id) p
      where s.kind = 'SHARED'
    `.execute(transaction);
    const supply = rows[0]!;
    if (supply.unfinished > 0 || supply.free >= Math.max(1, minFreePlaces)) return;
    const name = `postgres-shared-${supply.lastNumber + 1}`;
    await transaction
      .insertInto("database_servers")
      .values({ kind: "SHARED", name, max_tenants: maxTenants, conditions: "[]" })
      .execute();
    await reconcileQueue.request(transaction, `pool:${name}`);
    log.info({ pool: name, free: supply.free }, "a further pool is made");
  });
  return { requeueAfterMs: resyncAfterMs() };
}

import { sql } from "kysely";
import { withTransaction } from "../../database/pool.ts";
import { reconcileQueue } from "../queue/requests.ts";
import type { PoolRun } from "./pool-run.ts";

/** Warm spares belong to nobody: a pool that is drained need not wait for somebody to take them. */
export async function retireSpares({ reconciler, pool }: PoolRun): Promise<void> {
  if (pool.used_tenants === 0 || pool.desired_state !== "DRAINING") return;
  await withTransaction(reconciler.database, async (transaction) => {
    // One that is being taken at this moment is locked, and passed over.
    const { rows } = await sql<{ id: string }>`
      update platform.tenants set deletion_requested_at = now(), generation = generation + 1, updated_at = now()
      where id in (select t.id from platform.tenants t join platform.placements p on p.tenant_id = t.id
        where p.database_server_id = ${pool.id} and t.organization_id is null and t.deletion_requested_at is null
        for update of t skip locked)
      returning id
    `.execute(transaction);
    for (const { id } of rows) await reconcileQueue.request(transaction, `tenant:${id}`);
  });
}

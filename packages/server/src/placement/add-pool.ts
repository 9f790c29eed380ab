import { sql } from "kysely";
import type { DatabaseTransaction, ReconcileQueue } from "../core/ports.ts";
import type { PoolSize } from "./pool-size.ts";

/** A further pool under the next free number, with its key due. For the worker and platform administrators. */
export async function addPool(
  transaction: DatabaseTransaction,
  queue: ReconcileQueue,
  size: PoolSize,
): Promise<{ id: string; name: string }> {
  const { maxTenants, connectionBudget, cpuMillicores, memoryBytes, storageBytes } = size;
  const { rows } = await sql<{ id: string; name: string }>`
    select pool_id as id, pool_name as name from platform.add_pool(${maxTenants}::int, ${connectionBudget}::int,
      ${cpuMillicores}::int, ${memoryBytes}::bigint, ${storageBytes}::bigint)
  `.execute(transaction);
  const added = rows[0]!;
  await queue.request(transaction, `pool:${added.name}`); // wakes a worker as well
  return added;
}

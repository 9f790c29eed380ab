import { sql } from "kysely";
import type { DatabaseTransaction } from "../core/ports.ts";
import type { PoolSize } from "./pool-size.ts";

/** A further pool under the next free number, with its key due. For the worker and platform administrators. */
export async function addPool(
  transaction: DatabaseTransaction,
  size: PoolSize,
): Promise<{ id: string; name: string }> {
  const { maxTenants, connectionBudget, cpuMillicores, memoryBytes, storageBytes } = size;
  const { rows } = await sql<{ id: string; name: string }>`
    select pool_id as id, pool_name as name from platform.add_pool(${maxTenants}::int, ${connectionBudget}::int,
      ${cpuMillicores}::int, ${memoryBytes}::bigint, ${storageBytes}::bigint)
  `.execute(transaction);
  return rows[0]!;
}

import { sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { DesiredPoolStateName, PoolStateName } from "../../database/tables.ts";

/** States that follow what is wanted at once; the others do when the server is well again. */
const followingStates = sql`('ACTIVE', 'CORDONED', 'DRAINING')`;

/** From the moment this commits, placements see it. */
export async function wishPoolState(
  transaction: DatabaseTransaction,
  poolId: string,
  wish: DesiredPoolStateName,
): Promise<void> {
  await transaction
    .updateTable("database_servers")
    .set({
      desired_state: wish,
      state: sql<PoolStateName>`case when state in ${followingStates} then ${wish} else state end`,
    })
    .where("id", "=", poolId)
    .where("kind", "=", "SHARED")
    .execute();
}

/** Asks for the pool's end; the reconciler takes it down once it is empty. */
export async function requestPoolRemoval(transaction: DatabaseTransaction, poolId: string): Promise<void> {
  await transaction
    .updateTable("database_servers")
    .set({ removal_requested_at: sql<Date>`now()` })
    .where("id", "=", poolId)
    .where("kind", "=", "SHARED")
    .execute();
}

/** One line of the audit log. */
export async function insertPoolAudit(
  transaction: DatabaseTransaction,
  entry: { userId: string; action: string; poolName: string; details?: Record<string, unknown> },
): Promise<void> {
  const { userId, action, poolName, details = {} } = entry;
  await transaction
    .insertInto("audit_log")
    .values({
      user_id: userId,
      organization_id: null,
      action,
      target: `pool:${poolName}`,
      details: JSON.stringify(details),
    })
    .execute();
}

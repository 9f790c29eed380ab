import { sql } from "kysely";
import { type Lease, LeaseLostError } from "../core/lease.ts";
import type { Database, DatabaseTransaction } from "../core/ports.ts";
import { withTransaction } from "../database/pool.ts";

/**
 * A transaction that commits only while the lease's epoch is the key's latest: the key's row stays locked
 * meanwhile, so that no later worker can begin in between. Throws `LeaseLostError`.
 */
export function withFencedTransaction<T>(
  database: Database,
  lease: Lease,
  run: (transaction: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  lease.assertHeld();
  return withTransaction(database, async (transaction) => {
    const { rows } = await sql`
      select from platform.reconcile_queue
      where key = ${lease.key} and lease_epoch = ${lease.epoch} and lease_owner is not null for update
    `.execute(transaction);
    if (rows.length === 0) throw new LeaseLostError(lease.key);
    return run(transaction);
  });
}

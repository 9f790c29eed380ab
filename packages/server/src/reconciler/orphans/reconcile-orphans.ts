import { sql } from "kysely";
import type { Lease } from "../../core/lease.ts";
import type { ReconcilerContext } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { findLeftovers } from "./find-leftovers.ts";
import { findOrphans, findRemovable, type RemovableOrphan, writeOrphans } from "./orphan-rows.ts";
import { removeOrphan } from "./remove-orphan.ts";

const longestIntervalMs = 60_000;
const shortestIntervalMs = 500;
const keepDriftForDays = 30;

/** Looks for what belongs to nobody, tells of it, and removes what has been so for the grace time. */
export async function reconcileOrphans(reconciler: ReconcilerContext, lease: Lease): Promise<RunResult> {
  const { database, settings } = reconciler;
  const { orphanGraceMs: graceMs, orphanMaxRemovals: maxRemovals } = settings.healing;
  await scheduleAudits(reconciler);
  const search = await findLeftovers(reconciler);
  const orphans = await findOrphans(database, search);
  await withFencedTransaction(database, lease, (transaction) =>
    writeOrphans(transaction, orphans, { places: search.places, graceMs, maxRemovals }),
  );
  for (const orphan of await findRemovable(database)) await tryToRemove(reconciler, lease, orphan);
  return { requeueAfterMs: Math.max(shortestIntervalMs, Math.min(longestIntervalMs, graceMs / 2)) };
}

// Every server is audited by a key of its own, which then keeps itself due.
async function scheduleAudits({ database }: ReconcilerContext): Promise<void> {
  await sql`
    insert into platform.reconcile_queue as q (key, due_at)
    select 'audit:' || name, now() from platform.database_servers order by 1
    on conflict (key) do update set due_at = excluded.due_at where q.due_at = 'infinity' and q.lease_owner is null
  `.execute(database);
  await sql`delete from platform.drift where ended_at < now() - ${keepDriftForDays} * interval '1 day'`.execute(
    database,
  );
}

// One that cannot be removed now keeps none of the others.
async function tryToRemove(
  { database, log, ...rest }: ReconcilerContext,
  lease: Lease,
  orphan: RemovableOrphan,
): Promise<void> {
  const { kind, place, name, tenantId } = orphan;
  try {
    const isRemoved = await removeOrphan({ reconciler: { database, log, ...rest }, lease, orphan });
    if (!isRemoved) return;
  } catch (error) {
    lease.assertHeld();
    log.warn({ orphan, err: error }, "an orphan could not be removed");
    return;
  }
  log.warn({ orphan }, "an orphan was removed");
  await database
    .insertInto("audit_log")
    .values({
      user_id: null,
      organization_id: null,
      action: "orphan.remove",
      target: `tenant:${tenantId}`,
      details: JSON.stringify({ kind, place, name }),
    })
    .execute();
}

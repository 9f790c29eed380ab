import { sql } from "kysely";
import type { OperationKindName } from "../../database/tables.ts";
import { withFencedTransaction } from "../fence.ts";
import type { TenantInput } from "./provision.ts";

/**
 * Marks operations of these kinds before the first step that cannot be taken back; false when something else was
 * asked for meanwhile. A cancellation locks the same row of the queue: one of both comes first, and the other sees it.
 */
export async function passPointOfNoReturn(
  { reconciler, lease, record }: TenantInput,
  kinds: OperationKindName[],
): Promise<boolean> {
  const operations = record.operations.filter(
    ({ kind, isIrreversible }) => kinds.includes(kind) && !isIrreversible,
  );
  if (operations.length === 0) return true;
  const isCurrent = await withFencedTransaction(reconciler.database, lease, async (transaction) => {
    const tenant = await transaction
      .selectFrom("tenants")
      .select("generation")
      .where("id", "=", record.id)
      .executeTakeFirst();
    if (tenant?.generation !== record.generation) return false;
    await transaction
      .updateTable("operations")
      .set({ irreversible_since: sql<Date>`now()` })
      .where(
        "id",
        "in",
        operations.map(({ id }) => id),
      )
      .execute();
    return true;
  });
  if (isCurrent) reconciler.changes.publish(...operations.map(({ id }) => `operation:${id}` as const));
  return isCurrent;
}

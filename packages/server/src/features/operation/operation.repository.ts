import type { Selectable } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { OperationEventsTable } from "../../database/tables.ts";
import type { OperationRow } from "./operation.type.ts";

/** The operation, if the viewer of this transaction may see its tenant. */
export function findOperation(
  transaction: DatabaseTransaction,
  id: string,
): Promise<OperationRow | undefined> {
  return transaction.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirst();
}

/** The timeline after `afterSeq`, in order. */
export function readEvents(
  transaction: DatabaseTransaction,
  operationId: string,
  afterSeq: number,
): Promise<Selectable<OperationEventsTable>[]> {
  return transaction
    .selectFrom("operation_events")
    .selectAll()
    .where("operation_id", "=", operationId)
    .where("seq", ">", afterSeq)
    .orderBy("seq")
    .execute();
}

import { type Selectable, sql } from "kysely";
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

/** Where a page of operations ended. */
export interface OperationPosition {
  value: string;
  id: string;
}

/** A tenant's operations, the newest first, with who asked for them and the exact text of their time. */
export async function findOperations(
  transaction: DatabaseTransaction,
  tenantId: string,
  { limit, after }: { limit: number; after: OperationPosition | undefined },
): Promise<(OperationRow & { requester: string | null; position: string })[]> {
  const { rows } = await sql<OperationRow & { requester: string | null; position: string }>`
    select o.*, platform.find_requester(o.requested_by) as requester, o.created_at::text as position
    from platform.operations o where o.tenant_id = ${tenantId}
      ${after ? sql`and (o.created_at, o.id) < (${after.value}::timestamptz, ${after.id}::uuid)` : sql``}
    order by o.created_at desc, o.id desc limit ${limit}
  `.execute(transaction);
  return rows;
}

/** E-mail of a user whom the viewer knows; null for others. */
export async function findRequester(
  transaction: DatabaseTransaction,
  userId: string,
): Promise<string | null> {
  const { rows } = await sql<{ email: string | null }>`
    select platform.find_requester(${userId}) as email`.execute(transaction);
  return rows[0]?.email ?? null;
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

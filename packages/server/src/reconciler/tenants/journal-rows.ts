import type { Condition } from "@odoo-saas/k8s-core";
import { sql } from "kysely";
import type { Lease } from "../../core/lease.ts";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { TenantStateName } from "../../database/tables.ts";
import type { StepRecord, TenantRecord } from "./tenant-record.ts";

/** What the tenant's row tells of its state. */
export interface TenantStatus {
  state: TenantStateName;
  stateMessage: string;
  conditions: Condition[];
  nodeName: string | null;
  observedGeneration: number;
}

/** More that must commit together with what the journal writes. */
export type AlsoWrite = (transaction: DatabaseTransaction) => Promise<unknown>;

/** What is new of one operation. */
export interface OperationNews {
  events: StepRecord[];
  end?: { state: "SUCCEEDED" | "FAILED"; error: string | null };
}

/** What is committed together. */
export interface Batch {
  /** By the operation's id. */
  operations: Map<string, OperationNews>;
  status?: TenantStatus;
  writes: AlsoWrite[];
}

/** Whose rows they are, and under which epoch they are written. */
export interface BatchOwner {
  tenant: TenantRecord;
  lease: Lease;
}

/** Writes one batch: timeline, status, and what else belongs to them. */
export async function writeBatch(
  transaction: DatabaseTransaction,
  { tenant, lease }: BatchOwner,
  batch: Batch,
): Promise<void> {
  for (const [id, news] of batch.operations) await writeEvents(transaction, id, news);
  for (const write of batch.writes) await write(transaction);
  if (!batch.status) return;
  const { state, stateMessage, conditions, nodeName, observedGeneration } = batch.status;
  await transaction
    .updateTable("tenants")
    .set({
      state,
      state_message: stateMessage,
      conditions: JSON.stringify(conditions),
      node_name: nodeName,
      observed_generation: observedGeneration,
      observed_at: sql<Date>`now()`,
      status_epoch: lease.epoch,
    })
    .where("id", "=", tenant.id)
    .where("status_epoch", "<=", lease.epoch)
    .execute();
}

async function writeEvents(
  transaction: DatabaseTransaction,
  operationId: string,
  { events, end }: OperationNews,
) {
  const column = (field: keyof StepRecord) => events.map((event) => event[field]);
  await sql`
    with operation as (
      update platform.operations set
        last_seq = last_seq + ${events.length}::int, started_at = coalesce(started_at, now()),
        state = ${end?.state ?? "RUNNING"}, error = ${end?.error ?? null},
        finished_at = case when ${end !== undefined} then clock_timestamp() end
      where id = ${operationId} and state in ('PENDING', 'RUNNING')
      returning last_seq - ${events.length}::int as base
    )
    insert into platform.operation_events (operation_id, seq, step, state, message)
    select ${operationId}::uuid, operation.base + event.number, event.step, event.state, event.message
    from operation, unnest(${column("step")}::text[], ${column("state")}::text[], ${column("message")}::text[])
      with ordinality as event (step, state, message, number)
  `.execute(transaction);
}

import { sql, type Updateable } from "kysely";
import type { DatabaseTransaction } from "../../../core/ports.ts";
import type { OperationKindName, TenantsTable } from "../../../database/tables.ts";

/** What of a tenant's desired state may be changed after its creation. */
export type TenantChange = Pick<
  Updateable<TenantsTable>,
  | "desired_run_state"
  | "plan_id"
  | "restart_requested_at"
  | "pending_password_reset_hash"
  | "credentials_version"
>;

/** Writes desired state; returns the tenant's new generation. */
export async function changeTenant(
  transaction: DatabaseTransaction,
  tenantId: string,
  change: TenantChange,
): Promise<number> {
  const row = await transaction
    .updateTable("tenants")
    .set((eb) => ({ ...change, generation: eb("generation", "+", 1), updated_at: sql<Date>`now()` }))
    .where("id", "=", tenantId)
    .returning("generation")
    .executeTakeFirstOrThrow();
  return row.generation;
}

/** Cancels what is under way of these kinds; returns the ids. */
export async function endOperations(
  transaction: DatabaseTransaction,
  tenantId: string,
  { kinds, reason }: { kinds: OperationKindName[]; reason: string },
): Promise<string[]> {
  if (kinds.length === 0) return [];
  const rows = await transaction
    .updateTable("operations")
    .set({ state: "CANCELLED", error: reason, finished_at: sql<Date>`now()` })
    .where("tenant_id", "=", tenantId)
    .where("kind", "in", kinds)
    .where("state", "in", ["PENDING", "RUNNING"])
    .returning("id")
    .execute();
  return rows.map((row) => row.id);
}

/** Cancels one operation; false when it has ended meanwhile. */
export async function endOperation(
  transaction: DatabaseTransaction,
  operationId: string,
  reason: string,
): Promise<boolean> {
  const row = await transaction
    .updateTable("operations")
    .set({ state: "CANCELLED", error: reason, finished_at: sql<Date>`now()` })
    .where("id", "=", operationId)
    .where("state", "in", ["PENDING", "RUNNING"])
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

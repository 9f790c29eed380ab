import { type Condition, setCondition } from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { Database } from "../../core/ports.ts";
import type { ReconcilerContext } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";

/** A row of `database_servers`. */
export interface PoolRecord {
  id: string;
  name: string;
  state: "PREPARING" | "ACTIVE" | "FAILED";
  state_message: string;
  max_tenants: number;
  conditions: Condition[];
}

export async function findPoolRecord(database: Database, name: string): Promise<PoolRecord | undefined> {
  return database
    .selectFrom("database_servers")
    .select(["id", "name", "state", "state_message", "max_tenants", "conditions"])
    .where("name", "=", name)
    .where("kind", "=", "SHARED")
    .executeTakeFirst();
}

export interface PoolStatus {
  isReady: boolean;
  isFailing: boolean;
  /** CamelCase, for programs. */
  reason: string;
  /** What is wrong and what to do; empty when all is well. */
  message: string;
}

/** Writes the state when it has changed. A pool that has been active stays so: its tenants live there. */
export async function writePoolStatus(
  { database, clock }: ReconcilerContext,
  { lease, pool }: { lease: Lease; pool: PoolRecord },
  status: PoolStatus,
): Promise<void> {
  const { isReady, isFailing, reason, message } = status;
  const beforeActive = isFailing ? "FAILED" : "PREPARING";
  const state = isReady || pool.state === "ACTIVE" ? "ACTIVE" : beforeActive;
  const [previous] = pool.conditions;
  const isSame = previous?.reason === reason && previous.message === message;
  if (isSame && pool.state === state && pool.state_message === message) return;
  const conditions = setCondition(
    pool.conditions,
    { type: "Ready", status: isReady ? "True" : "False", reason, message, observedGeneration: 1 },
    clock.now(),
  );
  await withFencedTransaction(database, lease, (transaction) =>
    transaction
      .updateTable("database_servers")
      .set({ state, state_message: message, conditions: JSON.stringify(conditions) })
      .where("id", "=", pool.id)
      .execute(),
  );
}

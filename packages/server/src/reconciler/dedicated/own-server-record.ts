import { type Condition, setCondition } from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { Database } from "../../core/ports.ts";
import type { ReconcilerContext } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";

/** A dedicated server's row of `database_servers`. */
export interface OwnServerRecord {
  id: string;
  name: string;
  state: string;
  state_message: string;
  conditions: Condition[];
}

/** The row of a placement's server, when it is the tenant's own. */
export function findOwnServerRecord(database: Database, id: string): Promise<OwnServerRecord | undefined> {
  return database
    .selectFrom("database_servers")
    .select(["id", "name", "state", "state_message", "conditions"])
    .where("id", "=", id)
    .where("kind", "=", "DEDICATED")
    .executeTakeFirst();
}

/** Writes whether the server serves, when that is news. Once active it stays so: its tenant lives there. */
export async function writeOwnServerStatus(
  { database, clock }: Pick<ReconcilerContext, "database" | "clock">,
  { lease, server }: { lease: Lease; server: OwnServerRecord },
  problem?: { reason: string; message: string },
): Promise<void> {
  const state = problem === undefined || server.state === "ACTIVE" ? "ACTIVE" : "PREPARING";
  const { reason, message } = problem ?? { reason: "Ready", message: "" };
  const [previous] = server.conditions;
  if (previous?.reason === reason && previous.message === message && server.state === state) return;
  const status = problem === undefined ? ("True" as const) : ("False" as const);
  const ready = { type: "Ready", status, reason, message, observedGeneration: 1 };
  const conditions = JSON.stringify(setCondition(server.conditions, ready, clock.now()));
  await withFencedTransaction(database, lease, (transaction) =>
    transaction
      .updateTable("database_servers")
      .set({ state, state_message: message, conditions })
      .where("id", "=", server.id)
      .execute(),
  );
}

import pg from "pg";
import type { MutationResult } from "../create-tenant.ts";
import type { Fault } from "../tenant-rules.ts";

/** Rolls the transaction back: what is refused changes nothing. */
export class RefusedError extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

/** The tables' own guard: a pool never promises more connections than it has. */
const poolGuard = "database_servers_not_overfilled";

/** What the caller reads of a refusal; throws what is none. */
export function toFaults(error: unknown): MutationResult {
  if (error instanceof RefusedError) return { faults: [error.fault] };
  if (!(error instanceof pg.DatabaseError) || error.constraint !== poolGuard) throw error;
  const message = "Its database server has no room for the connections of that plan.";
  return { faults: [{ code: "NO_ROOM", field: null, message }] };
}

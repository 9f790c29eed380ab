import { done, type Outcome, waitFor } from "@odoo-saas/k8s-core";
import { UnchangedError } from "../../core/postgres-servers.ts";
import { sqlStateOf } from "../../database/pool.ts";
import { inSession, type TenantRun } from "./database-phases.ts";
import { passPointOfNoReturn } from "./point-of-no-return.ts";

/** Sets the administrator's new password as the tenant's own role, then erases its hash. */
export async function ensurePassword(run: TenantRun): Promise<Outcome> {
  const { record, journal } = run;
  const hash = record.pendingResetHash;
  if (hash === null || record.pendingPasswordHash !== null) return done;
  if (!(await passPointOfNoReturn(run, ["RESET_PASSWORD"]))) return waitFor("", 0);
  const refusal = await applyPassword(run, hash);
  journal.alsoWrite((transaction) =>
    transaction
      .updateTable("tenants")
      .set({ pending_password_reset_hash: null })
      .where("id", "=", record.id)
      .where("pending_password_reset_hash", "=", hash) // a newer one waits for the next run
      .execute(),
  );
  if (refusal === undefined) {
    journal.succeed("PASSWORD", "RESET_PASSWORD");
  } else {
    journal.record("PASSWORD", "FAILED", refusal);
    journal.fail(refusal, "RESET_PASSWORD");
  }
  return done;
}

/** Undefined when it is set, else why the database will not have it: that must not hold up the rest of the run. */
async function applyPassword(run: TenantRun, hash: string): Promise<string | undefined> {
  const { application } = run.reconciler;
  const statements = [
    ...application.adminPasswordStatements(hash),
    ...application.cacheSignalStatements(run.record.version),
  ];
  try {
    await inSession(run, (session) => session.runAsTenant({ ...run.role, statements }));
    return undefined;
  } catch (error) {
    const refusal = findRefusal(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

// Connections, resources, interventions from outside, the server's own trouble: these pass.
const passingClasses = ["08", "28", "53", "57P", "58", "40", "55P", "XX"];

function findRefusal(error: unknown): string | undefined {
  if (error instanceof UnchangedError) {
    return "There is no administrator in the instance's database any more; nothing was changed.";
  }
  const sqlState = sqlStateOf(error);
  if (sqlState === undefined || passingClasses.some((prefix) => sqlState.startsWith(prefix)))
    return undefined;
  return `The instance's own database refused the new password (${sqlState}); nothing was changed.`;
}

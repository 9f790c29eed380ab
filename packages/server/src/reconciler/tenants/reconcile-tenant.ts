import { namespaceOf, type Outcome, TerminalError } from "@odoo-saas/k8s-core";
import { type Lease, LeaseLostError } from "../../core/lease.ts";
import { type ReconcilerContext, resyncAfterMs } from "../context.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { deleteTenant, sweepTombstone } from "./delete-tenant.ts";
import { explainFailure } from "./explain-failure.ts";
import { makeJournal } from "./journal.ts";
import { provisionTenant, type TenantInput } from "./provision.ts";
import { buildFailure, buildProgressStatus } from "./readiness.ts";
import { findTenantRecord, type TenantRecord } from "./tenant-record.ts";

/** One level-triggered run over a tenant: reads what is wanted and what is, and mends the difference. */
export async function reconcileTenant(
  reconciler: ReconcilerContext,
  lease: Lease,
  tenantId: string,
): Promise<RunResult> {
  const { database, changes } = reconciler;
  const record = await findTenantRecord(database, tenantId);
  if (record === undefined) return {};
  const journal = makeJournal({ database, changes, lease, tenant: record });
  const input: TenantInput = { reconciler, lease, record, journal };
  if (record.isDeleted) return requeueOf(await sweepTombstone(input));
  journal.setStatus(buildProgressStatus(record));
  try {
    const outcome = await runTenant(input);
    await journal.flush();
    if (outcome.kind === "done") tellStock(input);
    return record.isDeleting || outcome.kind === "wait"
      ? requeueOf(outcome)
      : { requeueAfterMs: resyncAfterMs() };
  } catch (error) {
    await tellFailure(input, error);
    throw error;
  }
}

// A spare more, or perhaps one less; made anew only now, after whoever waits has his instance.
const hasChangedStock = ({ isSpare, state, operation }: TenantRecord): boolean =>
  isSpare ? state !== "RUNNING" : operation?.kind === "CREATE";

const requeueOf = (outcome: Outcome): RunResult =>
  outcome.kind === "wait" ? { requeueAfterMs: outcome.requeueAfterMs } : {};

/** A spare or a place has come, or is free again. */
function tellStock({ reconciler, record }: TenantInput): void {
  if (hasChangedStock(record)) reconciler.observe("spares");
  const serverName = record.placement?.serverName;
  if (!record.isDeleting || serverName === undefined || serverName === namespaceOf(record)) return;
  reconciler.changes.publish("pools");
  reconciler.observe(`pool:${serverName}`); // it may be waiting to be empty
}

async function tellFailure({ record, journal }: TenantInput, error: unknown): Promise<void> {
  if (error instanceof LeaseLostError) return; // it is another's to tell
  if (record.operation) journal.explain(explainFailure(error));
  await journal.flush();
}

async function runTenant(input: TenantInput): Promise<Outcome> {
  const { journal, reconciler, record } = input;
  try {
    const outcome = await (record.isDeleting ? deleteTenant(input) : provisionTenant(input));
    if (outcome.kind === "wait") journal.explain(outcome.reason);
    return outcome;
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    reconciler.log.error(
      { tenant: record.id, reason: error.reason, err: error },
      "a tenant cannot be reconciled",
    );
    journal.setStatus(buildFailure(input, error));
    journal.fail(error.message);
    return { kind: "wait", reason: error.message, requeueAfterMs: resyncAfterMs() };
  }
}

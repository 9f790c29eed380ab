import type { Lease } from "../../core/lease.ts";
import type { TemplateRecord } from "../../database/tables.ts";
import { type ReconcilerContext, resyncAfterMs } from "../context.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { ensureServer } from "./ensure-server.ts";
import { ensureTemplates } from "./ensure-templates.ts";
import { measurePool } from "./measure-pool.ts";
import { findPoolRecord } from "./pool-record.ts";
import type { PoolRun } from "./pool-run.ts";
import { decidePoolStatus, type PoolFinding, type PoolStatus, writePoolStatus } from "./pool-status.ts";
import { removePool } from "./remove-pool.ts";
import { retireSpares } from "./retire-spares.ts";

const recheckMs = 2_000;
const failedRecheckMs = 30_000;

/** One run over a shared PostgreSQL server: its objects, its preparation, its templates, its figures. */
export async function reconcilePool(
  reconciler: ReconcilerContext,
  lease: Lease,
  name: string,
): Promise<RunResult> {
  const pool = await findPoolRecord(reconciler.database, name);
  if (pool === undefined) return {};
  const run: PoolRun = { reconciler, lease, pool, writer: reconciler.cluster.makeWriter(lease) };
  if (pool.removal_requested_at !== null) return removePool(run);
  const problem = await ensureServer(run);
  if (problem) return conclude(run, { isServing: false, problem });
  await retireSpares(run);
  const result = await conclude(run, { isServing: true, templates: await ensureTemplates(run) });
  await measurePool(run);
  return result;
}

async function conclude(run: PoolRun, finding: PoolFinding): Promise<RunResult> {
  const { reconciler, pool } = run;
  const { failedAfterMs, measureEveryMs } = reconciler.settings.pool;
  const status = decidePoolStatus(pool, finding, { now: reconciler.clock.now(), failedAfterMs });
  await writePoolStatus(reconciler, run, status);
  if (status.state !== pool.state) tellNewState(run, status);
  if (!finding.isServing) return { requeueAfterMs: recheckMs };
  return { requeueAfterMs: Math.min(delayFor(status.templates), measureEveryMs, resyncAfterMs()) };
}

function tellNewState({ reconciler, pool }: PoolRun, { state, state_message }: PoolStatus): void {
  reconciler.observe("pools"); // places have come, or are gone
  const level = state === "FAILED" ? "error" : "info";
  reconciler.log[level]({ pool: pool.name, state, message: state_message }, "a pool has another state");
}

function delayFor(templates: TemplateRecord[]): number {
  if (templates.some(({ state }) => state === "BUILDING" || state === "WAITING")) return recheckMs;
  return templates.some(({ state }) => state !== "READY") ? failedRecheckMs : Number.POSITIVE_INFINITY;
}

import { type Condition, setCondition } from "@odoo-saas/k8s-core";
import { sql } from "kysely";
import type { Lease } from "../../core/lease.ts";
import type { PoolStateName, TemplateRecord } from "../../database/tables.ts";
import type { ReconcilerContext } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";
import type { PoolRecord } from "./pool-record.ts";

type ConditionInput = Omit<Condition, "lastTransitionTime">;

/** What a run found out about a pool. */
export interface PoolFinding {
  /** The server answers and is prepared. */
  isServing: boolean;
  /** Why it does not, or why trying again cannot help. */
  problem?: { reason: string; message: string; isFinal: boolean };
  /** As they are now; absent when they could not be looked at. */
  templates?: TemplateRecord[];
}

/** The row as a finding makes it; `state` is what it is unless somebody wishes otherwise meanwhile. */
export interface PoolStatus {
  state: PoolStateName;
  state_message: string;
  activated_at: Date | null;
  unready_since: Date | null;
  conditions: Condition[];
  templates: TemplateRecord[];
}

/** Pure: the row after a finding. A server that has not answered for `failedAfterMs` has failed. */
export function decidePoolStatus(
  pool: PoolRecord,
  finding: PoolFinding,
  { now, failedAfterMs }: { now: Date; failedAfterMs: number },
): PoolStatus {
  const { isServing, templates = pool.templates } = finding;
  const unreadySince = isServing ? null : (pool.unready_since ?? now);
  const activatedAt = pool.activated_at ?? (isServing && hasReady(templates) ? now : null);
  const problem = finding.problem ?? findFirstFailure(templates, activatedAt);
  const isOverdue = unreadySince !== null && now.getTime() - unreadySince.getTime() >= failedAfterMs;
  const isFailed = isOverdue || problem?.isFinal === true;
  const message = isFailed ? describeFailure(pool, problem?.message ?? "") : describeWait(problem, templates);
  const ready = judgeServer({ ...finding, problem }, message);
  return {
    state: decideState({ pool, isFailed, isActivated: activatedAt !== null, isServing }),
    state_message: message,
    activated_at: activatedAt,
    unready_since: unreadySince,
    conditions: setCondition(setCondition(pool.conditions, ready, now), judgeTemplates(templates), now),
    templates,
  };
}

const hasReady = (templates: TemplateRecord[]) => templates.some(({ state }) => state === "READY");

function decideState(input: {
  pool: PoolRecord;
  isFailed: boolean;
  isActivated: boolean;
  isServing: boolean;
}): PoolStateName {
  const { pool, isFailed, isActivated, isServing } = input;
  if (isFailed) return "FAILED";
  if (!isActivated) return "PREPARING";
  // A restart is no failure: the pool stays what it was until it is overdue.
  return isServing ? pool.desired_state : pool.state;
}

/** A new pool without any template is of no use to anybody. */
function findFirstFailure(templates: TemplateRecord[], activatedAt: Date | null): PoolFinding["problem"] {
  const failed = templates.find(({ state }) => state === "FAILED");
  if (activatedAt !== null || failed === undefined) return undefined;
  return { reason: "TemplateFailed", message: failed.message, isFinal: true };
}

function describeFailure({ name }: PoolRecord, cause: string): string {
  const advice = `It gets no tenants. Look at the pod postgres-0 in the namespace ${name} and mend the cause; the pool comes back by itself.`;
  return `${cause} ${advice}`.trim();
}

function describeWait(problem: PoolFinding["problem"], templates: TemplateRecord[]): string {
  if (problem) return problem.message;
  return templates.find(({ state }) => state === "FAILED")?.message ?? "";
}

function judgeServer(
  { isServing, problem }: { isServing: boolean; problem: PoolFinding["problem"] },
  message: string,
): ConditionInput {
  const base = { type: "Ready", observedGeneration: 1 };
  if (isServing) return { ...base, status: "True", reason: "Ready", message: "" };
  return { ...base, status: "False", reason: problem?.reason ?? "NotReady", message };
}

function judgeTemplates(templates: TemplateRecord[]): ConditionInput {
  const wanted = templates.filter(({ state }) => state !== "OBSOLETE");
  const failed = wanted.find(({ state }) => state === "FAILED");
  const missing = wanted.filter(({ state }) => state !== "READY");
  const judge = (status: "True" | "False", reason: string, message: string): ConditionInput => ({
    type: "TemplatesReady",
    status,
    reason,
    message,
    observedGeneration: 1,
  });
  if (failed) return judge("False", "TemplateFailed", failed.message);
  if (wanted.length > 0 && missing.length === 0) return judge("True", "Ready", "");
  const names = missing.map(({ version, bundle }) => `${version} ${bundle}`).join(", ");
  return judge("False", "Building", names === "" ? "Not begun yet." : `Not ready yet: ${names}.`);
}

/** Writes the row when it differs; true when it did. */
export async function writePoolStatus(
  { database, changes }: Pick<ReconcilerContext, "database" | "changes">,
  { lease, pool }: { lease: Lease; pool: PoolRecord },
  status: PoolStatus,
): Promise<boolean> {
  if (isSame(pool, status)) return false;
  const { state, conditions, templates, ...rest } = status;
  const follows = state === pool.desired_state;
  await withFencedTransaction(database, lease, (transaction) =>
    transaction
      .updateTable("database_servers")
      .set({
        ...rest,
        // An administrator may have wished something else since the row was read.
        state: follows ? sql<PoolStateName>`desired_state` : state,
        conditions: JSON.stringify(conditions),
        templates: JSON.stringify(templates),
      })
      .where("id", "=", pool.id)
      .execute(),
  );
  changes.publish("pools");
  return true;
}

function isSame(pool: PoolRecord, status: PoolStatus): boolean {
  return Object.entries(status).every(
    ([key, value]) => canonical(pool[key as keyof PoolStatus]) === canonical(value),
  );
}

/** PostgreSQL's JSON orders the keys of objects by its own rules. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

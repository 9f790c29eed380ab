import type { Condition } from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { ChangeBus, Database } from "../../core/ports.ts";
import type { OperationStepName, OperationStepStateName } from "../../database/tables.ts";
import { withFencedTransaction } from "../fence.ts";
import { type AlsoWrite, type Batch, type TenantStatus, writeBatch } from "./journal-rows.ts";
import type { StepRecord, TenantRecord } from "./tenant-record.ts";

/** Writes a run's timeline and status while the run goes on, and only what is new. */
export interface Journal {
  record(step: OperationStepName, state: OperationStepStateName, message?: string): void;
  setStatus(status: TenantStatus): void;
  /** The state stays; this is why it is what it is. */
  explain(message: string): void;
  /** Ends the operation under way, when there is one; `step` has succeeded then. */
  succeed(step: OperationStepName): void;
  fail(error: string): void;
  alsoWrite(write: AlsoWrite): void;
  /** Resolves when everything so far is committed; throws what a write threw. */
  flush(): Promise<void>;
}

export interface JournalOptions {
  database: Database;
  changes: Pick<ChangeBus, "publish">;
  lease: Lease;
  tenant: TenantRecord;
}

/** Batches go out one after another; what is recorded during one goes into the next. */
export function makeJournal({ database, changes, lease, tenant }: JournalOptions): Journal {
  const { operation } = tenant;
  const latest = new Map(operation?.steps.map((known) => [known.step, known]));
  let written: TenantStatus = tenant;

  const batches = makeBatches(async (batch) => {
    await withFencedTransaction(database, lease, (open) => writeBatch(open, { tenant, lease }, batch));
    changes.publish(`tenant:${tenant.id}`);
    if (operation) changes.publish(`operation:${operation.id}`);
  });
  const record: Journal["record"] = (step, state, message = "") => {
    if (operation === null || !isNews(latest.get(step), { step, state, message })) return;
    latest.set(step, { step, state, message });
    batches.next().events.push({ step, state, message });
  };
  const setStatus = (status: TenantStatus) => {
    if (isSameStatus(written, status)) return;
    written = status;
    batches.next().status = status;
  };
  const finish = (state: "SUCCEEDED" | "FAILED", error: string | null) => {
    if (operation !== null) batches.next().end = { state, error };
  };

  return {
    record,
    setStatus,
    explain: (stateMessage) => setStatus({ ...written, stateMessage }),
    succeed(step) {
      record(step, "SUCCEEDED"); // in the same batch: a finished operation takes no more events
      finish("SUCCEEDED", null);
    },
    fail: (error) => finish("FAILED", error),
    alsoWrite: (write) => batches.next().writes.push(write),
    flush: batches.flush,
  };
}

const emptyBatch = (): Batch => ({ events: [], writes: [] });
const isEmpty = ({ events, status, end, writes }: Batch) =>
  events.length === 0 && writes.length === 0 && status === undefined && end === undefined;

function makeBatches(commit: (batch: Batch) => Promise<void>) {
  let pending = emptyBatch();
  let committing: Promise<void> | undefined;
  let failure: unknown;

  const commitAll = async () => {
    while (!isEmpty(pending)) {
      const batch = pending;
      pending = emptyBatch();
      await commit(batch);
    }
  };
  const begin = () => {
    committing ??= Promise.resolve() // lets what is recorded in the same turn join the batch
      .then(commitAll)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => {
        committing = undefined;
      });
  };
  return {
    /** The batch to add to; it is committed soon. */
    next(): Batch {
      if (failure === undefined) begin();
      return pending;
    },
    async flush(): Promise<void> {
      while (committing !== undefined || (failure === undefined && !isEmpty(pending))) {
        begin();
        await committing;
      }
      if (failure !== undefined) throw failure;
    },
  };
}

// A step is told once as running and once as succeeded, whatever happens in between.
function isNews(last: StepRecord | undefined, next: StepRecord): boolean {
  if (last === undefined) return true;
  if (last.state === "SUCCEEDED") return false;
  if (next.state === "RUNNING") return false;
  return last.state !== next.state || last.message !== next.message;
}

function isSameStatus(a: TenantStatus, b: TenantStatus): boolean {
  const fields = ["state", "stateMessage", "nodeName", "observedGeneration"] as const;
  return fields.every((field) => a[field] === b[field]) && isSameConditions(a.conditions, b.conditions);
}

function isSameConditions(a: Condition[], b: Condition[]): boolean {
  const canonical = (conditions: Condition[]) =>
    JSON.stringify(
      conditions
        .map(({ type, status, reason, message, observedGeneration, lastTransitionTime }) =>
          [type, status, reason, message, observedGeneration, lastTransitionTime].join("\u0000"),
        )
        .sort(),
    );
  return canonical(a) === canonical(b);
}

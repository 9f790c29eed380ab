import type { Condition } from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import { tellsStep } from "../../core/operation-steps.ts";
import type { ChangeBus, Database } from "../../core/ports.ts";
import type { OperationKindName, OperationStepName, OperationStepStateName } from "../../database/tables.ts";
import { withFencedTransaction } from "../fence.ts";
import {
  type AlsoWrite,
  type Batch,
  type OperationNews,
  type TenantStatus,
  writeBatch,
} from "./journal-rows.ts";
import type { OperationRecord, StepRecord, TenantRecord } from "./tenant-record.ts";

/** Writes a run's timelines and status while the run goes on, and only what is new. */
export interface Journal {
  /** Told in the timeline of each operation under way that knows the step, or is held up by it. */
  record(step: OperationStepName, state: OperationStepStateName, message?: string): void;
  setStatus(status: TenantStatus): void;
  /** The state stays; this is why it is what it is. */
  explain(message: string): void;
  /** Ends the operations under way, or those of one kind; `step` has succeeded then. */
  succeed(step: OperationStepName, kind?: OperationKindName): void;
  fail(error: string, kind?: OperationKindName): void;
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
  const operations = tenant.operations.map(makeOperationJournal);
  let written: TenantStatus = tenant;

  const batches = makeBatches(async (batch) => {
    await withFencedTransaction(database, lease, (open) => writeBatch(open, { tenant, lease }, batch));
    changes.publish(`tenant:${tenant.id}`, ...tenant.operations.map(({ id }) => `operation:${id}` as const));
  });
  const newsOf = ({ id }: OperationJournal): OperationNews => {
    const batch = batches.next();
    const news = batch.operations.get(id) ?? { events: [] };
    batch.operations.set(id, news);
    return news;
  };
  const record: Journal["record"] = (step, state, message = "") => {
    for (const operation of operations) {
      if (operation.takes({ step, state, message })) newsOf(operation).events.push({ step, state, message });
    }
  };
  const setStatus = (status: TenantStatus) => {
    if (isSameStatus(written, status)) return;
    written = status;
    batches.next().status = status;
  };
  const finish = (end: NonNullable<OperationNews["end"]>, kind?: OperationKindName) => {
    for (const operation of operations) {
      if (operation.isOver || (kind !== undefined && operation.kind !== kind)) continue;
      operation.isOver = true;
      newsOf(operation).end = end;
    }
  };

  return {
    record,
    setStatus,
    explain: (stateMessage) => setStatus({ ...written, stateMessage }),
    succeed(step, kind) {
      record(step, "SUCCEEDED"); // in the same batch: a finished operation takes no more events
      finish({ state: "SUCCEEDED", error: null }, kind);
    },
    fail: (error, kind) => finish({ state: "FAILED", error }, kind),
    alsoWrite: (write) => batches.next().writes.push(write),
    flush: batches.flush,
  };
}

interface OperationJournal {
  id: string;
  kind: OperationKindName;
  isOver: boolean;
  /** Whether the timeline lacks this and should have it; from then on it has it. */
  takes(next: StepRecord): boolean;
}

function makeOperationJournal({ id, kind, steps }: OperationRecord): OperationJournal {
  const latest = new Map(steps.map((known) => [known.step, known]));
  const operation: OperationJournal = {
    id,
    kind,
    isOver: false,
    takes(next) {
      const isTold = tellsStep(kind, next.step) || isTrouble(next) || latest.has(next.step);
      if (operation.isOver || !isTold || !isNews(latest.get(next.step), next)) return false;
      latest.set(next.step, next);
      return true;
    },
  };
  return operation;
}

const isTrouble = ({ state }: StepRecord) => state === "WAITING" || state === "FAILED";

const emptyBatch = (): Batch => ({ operations: new Map(), writes: [] });
const isEmpty = ({ operations, status, writes }: Batch) =>
  operations.size === 0 && writes.length === 0 && status === undefined;

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

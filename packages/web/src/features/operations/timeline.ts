import type { OperationState, OperationStep, OperationStepState } from "../../generated/graphql.ts";

export interface TimelineEvent {
  seq: number;
  step: OperationStep;
  state: OperationStepState;
  message: string;
  at: string;
}

export interface TimelineStep {
  step: OperationStep;
  state: OperationStepState | "PENDING";
  message: string;
  /** When the step last said something; undefined while it is still to come. */
  at: string | undefined;
  /** From the step's begin to its end; undefined while it is under way. */
  durationMs: number | undefined;
}

/** In the order of the process. */
export const stepOrder: OperationStep[] = [
  "ACCEPTED",
  "PLACEMENT",
  "NAMESPACE",
  "ISOLATION",
  "SECRETS",
  "DATABASE_SERVER",
  "DATABASE",
  "IDENTITY",
  "PASSWORD",
  "WORKLOAD",
  "ROUTE",
  "READY",
  "STOPPED",
  "STOP_WORKLOAD",
  "DROP_DATABASE",
  "DELETE_NAMESPACE",
  "DONE",
];

/** Adds new events to those known; a reconnect may bring some again. */
export function mergeEvents(
  known: readonly TimelineEvent[],
  added: readonly TimelineEvent[],
): TimelineEvent[] {
  const bySeq = new Map([...known, ...added].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** One line per step: those that have happened and, while the operation runs, those to come. */
export function buildTimeline(
  operation: { plannedSteps: readonly OperationStep[]; state: OperationState },
  events: readonly TimelineEvent[],
): TimelineStep[] {
  const isOver = operation.state !== "PENDING" && operation.state !== "RUNNING";
  const happened = new Set(events.map(({ step }) => step));
  return stepOrder
    .filter((step) => happened.has(step) || (!isOver && operation.plannedSteps.includes(step)))
    .map((step) => buildStep(step, events));
}

function buildStep(step: OperationStep, events: readonly TimelineEvent[]): TimelineStep {
  const own = events.filter((event) => event.step === step);
  const first = own[0];
  const last = own.at(-1);
  if (first === undefined || last === undefined) {
    return { step, state: "PENDING", message: "", at: undefined, durationMs: undefined };
  }
  const isEnded = last.state === "SUCCEEDED" || last.state === "FAILED";
  // A step that only reports its end began when the event before it happened.
  const begin = own.length > 1 ? first : (events[events.indexOf(first) - 1] ?? first);
  return {
    step,
    state: last.state,
    message: last.message,
    at: last.at,
    durationMs: isEnded ? Math.max(0, Date.parse(last.at) - Date.parse(begin.at)) : undefined,
  };
}

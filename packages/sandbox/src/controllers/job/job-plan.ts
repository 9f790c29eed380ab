import type { Condition, Job, Pod } from "../../client/kube-types.ts";
import { fromTime, toTime } from "../../client/time.ts";
import { findCondition, hasCondition, withCondition } from "../conditions.ts";
import { isActive, isReady } from "../pod-state.ts";

type Status = NonNullable<Job["status"]>;

/** The next step of a Job: its status, and what to do with pods. */
export interface JobPlan {
  status: Status;
  createPods: number;
  removePods: Pod[];
  /** The time to live after the end is over: delete the Job. */
  isExpired: boolean;
  againAfterMs?: number;
}

/** The condition that ended a Job, if it has ended. */
export const findEnd = (job: Job): Condition | undefined =>
  ["Complete", "Failed"].flatMap((type) =>
    hasCondition(job, type) ? (findCondition(job, type) ?? []) : [],
  )[0];

const restartsOf = (pod: Pod): number =>
  (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

const finishedAtMs = (pod: Pod): number =>
  Math.max(
    fromTime(pod.metadata.creationTimestamp),
    ...(pod.status?.containerStatuses ?? []).map(({ state }) => fromTime(state?.terminated?.finishedAt)),
  );

interface Facts {
  status: Status;
  active: Pod[];
  startMs: number;
  nowMs: number;
}

const readFacts = (job: Job, pods: Pod[], nowMs: number): Facts => {
  const count = (phase: string): number => pods.filter((pod) => pod.status?.phase === phase).length;
  const active = pods.filter(isActive);
  const startTime = job.status?.startTime ?? toTime(nowMs);
  const succeeded = Math.max(job.status?.succeeded ?? 0, count("Succeeded"));
  const failed = Math.max(job.status?.failed ?? 0, count("Failed"));
  const status: Status = {
    ...job.status,
    active: active.length,
    ready: active.filter(isReady).length,
    startTime,
    ...(succeeded ? { succeeded } : {}),
    ...(failed ? { failed } : {}),
  };
  return { status, active, startMs: fromTime(startTime), nowMs };
};

const findFailure = (
  { spec }: Job,
  { status, active, startMs, nowMs }: Facts,
): Omit<Condition, "status"> | undefined => {
  const { backoffLimit = 6, activeDeadlineSeconds, template } = spec;
  const restarts =
    template.spec.restartPolicy === "OnFailure" ? active.reduce((sum, pod) => sum + restartsOf(pod), 0) : 0;
  if ((status.failed ?? 0) > backoffLimit || restarts > backoffLimit) {
    const message = "Job has reached the specified backoff limit";
    return { type: "Failed", reason: "BackoffLimitExceeded", message };
  }
  if (activeDeadlineSeconds !== undefined && nowMs >= startMs + activeDeadlineSeconds * 1_000) {
    const message = "Job was active longer than specified deadline";
    return { type: "Failed", reason: "DeadlineExceeded", message };
  }
  return;
};

const planAfterEnd = (job: Job, end: Condition, { status, active, nowMs }: Facts): JobPlan => {
  const { ttlSecondsAfterFinished } = job.spec;
  const plan = { status, createPods: 0, removePods: active, isExpired: false };
  if (ttlSecondsAfterFinished === undefined) return plan;
  const againAfterMs = fromTime(end.lastTransitionTime) + ttlSecondsAfterFinished * 1_000 - nowMs;
  return againAfterMs > 0 ? { ...plan, againAfterMs } : { ...plan, isExpired: true };
};

const planEnd = (facts: Facts, end: Omit<Condition, "status">): JobPlan => {
  const at = toTime(facts.nowMs);
  const conditions = withCondition(
    facts.status.conditions,
    { ...end, status: "True", lastProbeTime: at },
    at,
  );
  const completion = end.type === "Complete" ? { completionTime: at } : {};
  const status = { ...facts.status, active: 0, ready: 0, ...completion, conditions };
  return { status, createPods: 0, removePods: facts.active, isExpired: false };
};

/** How long the next attempt waits after a failure: 10 s, doubling, at most 6 min. */
const retryDelayMs = (pods: Pod[], { status, nowMs }: Facts): number => {
  const failed = pods.filter((pod) => pod.status?.phase === "Failed");
  if (failed.length === 0) return 0;
  const delayMs = Math.min(360_000, 10_000 * 2 ** Math.min(20, (status.failed ?? 1) - 1));
  return Math.max(...failed.map(finishedAtMs)) + delayMs - nowMs;
};

const planRunning = (job: Job, pods: Pod[], facts: Facts): JobPlan => {
  const { status, active, startMs, nowMs } = facts;
  const { parallelism = 1, completions = 1, activeDeadlineSeconds, suspend } = job.spec;
  const missing = Math.min(parallelism, completions - (status.succeeded ?? 0)) - active.length;
  const waitMs = missing > 0 ? retryDelayMs(pods, facts) : 0;
  const deadlineMs =
    activeDeadlineSeconds === undefined
      ? Number.POSITIVE_INFINITY
      : startMs + activeDeadlineSeconds * 1_000 - nowMs;
  const againAfterMs = Math.min(deadlineMs, waitMs > 0 ? waitMs : Number.POSITIVE_INFINITY);
  return {
    status,
    createPods: suspend || waitMs > 0 ? 0 : Math.max(0, missing),
    removePods: suspend ? active : [],
    isExpired: false,
    ...(Number.isFinite(againAfterMs) ? { againAfterMs } : {}),
  };
};

/** Decides everything about a Job from its pods. */
export function planJob(job: Job, pods: Pod[], nowMs: number): JobPlan {
  const facts = readFacts(job, pods, nowMs);
  const end = findEnd(job);
  if (end) return planAfterEnd(job, end, facts);
  if ((facts.status.succeeded ?? 0) >= (job.spec.completions ?? 1)) {
    const message = "Reached expected number of succeeded pods";
    return planEnd(facts, { type: "Complete", reason: "CompletionsReached", message });
  }
  const failure = findFailure(job, facts);
  return failure ? planEnd(facts, failure) : planRunning(job, pods, facts);
}

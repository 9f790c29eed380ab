import { expect, test } from "vitest";
import type { Job, Pod } from "../../client/kube-types.ts";
import { toTime } from "../../client/time.ts";
import { findEnd, planJob } from "./job-plan.ts";

const nowMs = 1_700_000_000_000;
const job = (spec: Partial<Job["spec"]> = {}, status?: Job["status"]): Job => ({
  metadata: { name: "init" },
  spec: { template: { spec: { containers: [], restartPolicy: "Never" } }, ...spec },
  ...(status ? { status } : {}),
});
const pod = (phase: "Pending" | "Running" | "Succeeded" | "Failed", endedAtMs = nowMs): Pod => {
  const terminated = { exitCode: 1, finishedAt: toTime(endedAtMs) };
  const state = phase === "Failed" ? { terminated } : {};
  const container = { name: "c", ready: false, restartCount: 0, image: "", imageID: "", state };
  return {
    metadata: { name: `p-${phase}`, creationTimestamp: toTime(endedAtMs) },
    spec: { containers: [] },
    status: { phase, containerStatuses: [container] },
  };
};

test("a new Job gets its start time and one pod", () => {
  const plan = planJob(job(), [], nowMs);
  expect(plan).toMatchObject({
    createPods: 1,
    isExpired: false,
    status: { startTime: toTime(nowMs), active: 0 },
  });
});

test("a Job with a running pod waits", () => {
  expect(planJob(job(), [pod("Running")], nowMs)).toMatchObject({ createPods: 0, status: { active: 1 } });
});

test("a pod that succeeded completes the Job", () => {
  const plan = planJob(job(), [pod("Succeeded")], nowMs);
  expect(plan).toMatchObject({ createPods: 0, status: { succeeded: 1, completionTime: toTime(nowMs) } });
  expect(findEnd(job({}, plan.status))?.type).toBe("Complete");
});

test("a failed pod is followed by another one after ten seconds, then twenty", () => {
  expect(planJob(job(), [pod("Failed")], nowMs)).toMatchObject({ createPods: 0, againAfterMs: 10_000 });
  expect(planJob(job(), [pod("Failed", nowMs - 10_000)], nowMs).createPods).toBe(1);
  expect(planJob(job(), [pod("Failed"), pod("Failed")], nowMs).againAfterMs).toBe(20_000);
});

test("more failures than the back-off limit fail the Job", () => {
  const plan = planJob(job({ backoffLimit: 0 }), [pod("Failed")], nowMs);
  expect(findEnd(job({}, plan.status))).toMatchObject({ type: "Failed", reason: "BackoffLimitExceeded" });
  expect(plan.status.failed).toBe(1);
});

test("a failed pod that somebody deleted still counts", () => {
  expect(planJob(job({}, { failed: 2 }), [], nowMs).status.failed).toBe(2);
});

test("the deadline fails the Job and takes its pods away", () => {
  const late = job({ activeDeadlineSeconds: 60 }, { startTime: toTime(nowMs - 60_000) });
  const plan = planJob(late, [pod("Running")], nowMs);
  expect(findEnd(job({}, plan.status))?.reason).toBe("DeadlineExceeded");
  expect(plan.removePods).toHaveLength(1);
});

test("a running Job looks again at its deadline", () => {
  const running = job({ activeDeadlineSeconds: 60 }, { startTime: toTime(nowMs - 20_000) });
  expect(planJob(running, [pod("Running")], nowMs).againAfterMs).toBe(40_000);
});

test("a finished Job is removed after its time to live, not before", () => {
  const spec = { ttlSecondsAfterFinished: 30 };
  const { status } = planJob(job(spec), [pod("Succeeded")], nowMs);
  expect(planJob(job(spec, status), [], nowMs + 10_000)).toMatchObject({
    isExpired: false,
    againAfterMs: 20_000,
  });
  expect(planJob(job(spec, status), [], nowMs + 30_000).isExpired).toBe(true);
});

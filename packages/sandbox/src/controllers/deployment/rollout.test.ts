import { describe, expect, test } from "vitest";
import type { Deployment, ReplicaSet } from "../../client/kube-types.ts";
import { buildDeploymentStatus, findProgressDeadlineMs } from "./deployment-status.ts";
import { findOutdated, planCurrentSize, planOldSizes, type Rollout, resolveLimits } from "./rollout.ts";

const template = { spec: { containers: [] } };
const deployment = (spec: Partial<Deployment["spec"]> = {}): Deployment => ({
  metadata: { name: "web", namespace: "x", generation: 2 },
  spec: { replicas: 4, selector: {}, template, ...spec },
});
const replicaSet = (name: string, size: number, available = size): ReplicaSet => ({
  metadata: { name, annotations: { "deployment.kubernetes.io/revision": name.slice(1) } },
  spec: { replicas: size, selector: {}, template },
  status: { replicas: size, readyReplicas: available, availableReplicas: available },
});
const rollout = (given: Partial<Rollout>): Rollout => ({
  deployment: deployment(),
  current: undefined,
  old: [],
  hasOldPods: (given.old ?? []).length > 0,
  ...given,
});
const sizes = (given: Rollout): Record<string, number> =>
  Object.fromEntries(
    planOldSizes(given).map(({ replicaSet: set, replicas }) => [set.metadata.name, replicas]),
  );

describe("a rolling update", () => {
  test("of the default strategy may have a quarter more (rounded up) and a quarter less (rounded down)", () => {
    expect(resolveLimits(deployment({ replicas: 5 }))).toEqual({ maxSurge: 2, maxUnavailable: 1 });
    expect(resolveLimits(deployment({ replicas: 1 }))).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  });

  test("never has both limits zero", () => {
    const strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } };
    expect(resolveLimits(deployment({ strategy })).maxUnavailable).toBe(1);
  });

  test("starts with all replicas when there is nothing old", () => {
    expect(planCurrentSize(rollout({}))).toBe(4);
  });

  test("starts with the surge only beside old pods", () => {
    expect(planCurrentSize(rollout({ old: [replicaSet("r1", 4)] }))).toBe(1);
  });

  test("shrinks the old by what may be missing, and waits for the new ones to be available", () => {
    expect(sizes(rollout({ current: replicaSet("r2", 1, 0), old: [replicaSet("r1", 4)] }))).toEqual({
      r1: 3,
    });
    expect(sizes(rollout({ current: replicaSet("r2", 2, 0), old: [replicaSet("r1", 3)] }))).toEqual({});
    expect(sizes(rollout({ current: replicaSet("r2", 2, 2), old: [replicaSet("r1", 3)] }))).toEqual({
      r1: 1,
    });
  });

  test("gives up old pods that are of no use before those that serve", () => {
    const old = [replicaSet("r1", 2, 2), replicaSet("r2", 2, 0)];
    const found = sizes(rollout({ current: replicaSet("r3", 1, 1), old }));
    expect(found.r2).toBe(0);
    expect(found.r1).toBeUndefined();
  });

  test("keeps the only pod until its successor is available", () => {
    const one = deployment({ replicas: 1 });
    const given = { deployment: one, old: [replicaSet("r1", 1)] };
    expect(planCurrentSize(rollout(given))).toBe(1);
    expect(sizes(rollout({ ...given, current: replicaSet("r2", 1, 0) }))).toEqual({});
    expect(sizes(rollout({ ...given, current: replicaSet("r2", 1, 1) }))).toEqual({ r1: 0 });
  });

  test("to zero replicas stops everything", () => {
    const given = {
      deployment: deployment({ replicas: 0 }),
      current: replicaSet("r2", 0),
      old: [replicaSet("r1", 3)],
    };
    expect(planCurrentSize(rollout({ ...given, current: replicaSet("r2", 2) }))).toBe(0);
    expect(sizes(rollout(given))).toEqual({ r1: 0 });
  });
});

test("Recreate ends every old pod before the first new one", () => {
  const recreate = deployment({ strategy: { type: "Recreate" } });
  const old = [replicaSet("r1", 4)];
  expect(planCurrentSize(rollout({ deployment: recreate, old }))).toBe(0);
  expect(sizes(rollout({ deployment: recreate, old }))).toEqual({ r1: 0 });
  expect(
    planCurrentSize(rollout({ deployment: recreate, old: [replicaSet("r1", 0)], hasOldPods: true })),
  ).toBe(0);
  expect(
    planCurrentSize(rollout({ deployment: recreate, old: [replicaSet("r1", 0)], hasOldPods: false })),
  ).toBe(4);
});

test("only as many empty ReplicaSets stay as the history asks for, the newest", () => {
  const old = [replicaSet("r3", 0), replicaSet("r1", 0), replicaSet("r2", 0), replicaSet("r4", 1)];
  const names = findOutdated(deployment({ revisionHistoryLimit: 1 }), old).map(
    ({ metadata }) => metadata.name,
  );
  expect(names).toEqual(["r1", "r2"]);
});

describe("a Deployment's status", () => {
  const reasonOf = (given: Deployment, type: string): string | undefined =>
    given.status?.conditions?.find((condition) => condition.type === type)?.reason;
  const withStatus = (given: Rollout, nowMs: number): Deployment => ({
    ...given.deployment,
    status: buildDeploymentStatus(given, nowMs),
  });

  test("counts old and new, and says Available while enough pods are", () => {
    const given = withStatus(rollout({ current: replicaSet("r2", 1, 0), old: [replicaSet("r1", 3)] }), 0);
    expect(given.status).toMatchObject({
      observedGeneration: 2,
      replicas: 4,
      updatedReplicas: 1,
      readyReplicas: 3,
      availableReplicas: 3,
      unavailableReplicas: 1,
    });
    expect(reasonOf(given, "Available")).toBe("MinimumReplicasAvailable");
    expect(reasonOf(given, "Progressing")).toBe("ReplicaSetUpdated");
  });

  test("is complete when all pods are new and available, and stays so when a pod fails later", () => {
    const done = withStatus(rollout({ current: replicaSet("r2", 4) }), 0);
    expect(reasonOf(done, "Progressing")).toBe("NewReplicaSetAvailable");
    const later = withStatus(rollout({ deployment: done, current: replicaSet("r2", 4, 0) }), 9e9);
    expect(reasonOf(later, "Progressing")).toBe("NewReplicaSetAvailable");
    expect(reasonOf(later, "Available")).toBe("MinimumReplicasUnavailable");
  });

  test("says ProgressDeadlineExceeded when nothing has moved for the deadline", () => {
    const given = rollout({
      deployment: deployment({ progressDeadlineSeconds: 60 }),
      current: replicaSet("r1", 4, 0),
    });
    const started = withStatus(given, 1_000_000);
    expect(findProgressDeadlineMs(started)).toBe(1_060_000);
    const before = withStatus({ ...given, deployment: started }, 1_059_000);
    expect(reasonOf(before, "Progressing")).toBe("ReplicaSetUpdated");
    const after = withStatus({ ...given, deployment: before }, 1_061_000);
    expect(after.status?.conditions).toContainEqual(
      expect.objectContaining({ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }),
    );
  });

  test("does not change when nothing has", () => {
    const given = rollout({ current: replicaSet("r1", 4, 2) });
    const first = withStatus(given, 1_000_000);
    expect(withStatus({ ...given, deployment: first }, 1_030_000).status).toEqual(first.status);
  });

  test("carries the failure of its ReplicaSet", () => {
    const failing = replicaSet("r1", 4, 0);
    const failure = {
      type: "ReplicaFailure",
      status: "True" as const,
      reason: "FailedCreate",
      message: "exceeded quota",
    };
    failing.status = { ...failing.status!, conditions: [failure] };
    expect(reasonOf(withStatus(rollout({ current: failing }), 0), "ReplicaFailure")).toBe("FailedCreate");
  });
});

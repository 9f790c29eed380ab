import { expect, it } from "vitest";
import type { ContainerStatus, Deployment, Pod } from "../client/shapes.ts";
import { computeTenantState, findCondition } from "../tenant/conditions.ts";
import type { RunState } from "../tenant/tenant.ts";
import { evaluateInstance } from "./evaluate-instance.ts";
import type { Snapshot } from "./snapshot.ts";

const deployment = (status: Deployment["status"], replicas = 1): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "shop", namespace: "ns", generation: 2 },
  spec: { replicas },
  status: { observedGeneration: 2, ...status },
});
const up = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
const pod = (status: Pod["status"] = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "shop-1", namespace: "ns", labels: { "app.kubernetes.io/name": "shop" } },
  status,
});
const container = (state: Partial<ContainerStatus>): Pod["status"] => ({
  containerStatuses: [{ name: "shop", ready: false, restartCount: 3, ...state }],
});

interface Given {
  deployments?: Deployment[];
  pods?: Pod[];
  runState?: RunState;
  wasReady?: boolean;
}

function evaluate({ deployments = [], pods = [], runState = "Running", wasReady = false }: Given) {
  const snapshot = { deployments, pods, statefulSets: [], jobs: [] } as unknown as Snapshot;
  const tenant = { runState, generation: 7 };
  const conditions = evaluateInstance({
    tenant,
    application: "shop",
    snapshot,
    previous: [],
    now: new Date(0),
  });
  return {
    ...computeTenantState({ isDeleting: false, wasReady, conditions }),
    ready: findCondition(conditions, "Ready"),
    conditions,
  };
}

it("is running when the newest specification answers", () => {
  const result = evaluate({ deployments: [deployment(up)], pods: [pod()] });
  expect(result).toMatchObject({
    state: "Running",
    message: "",
    ready: { status: "True", observedGeneration: 7 },
  });
});

it("speaks of a restart only when something older is there", () => {
  const messageOf = (status: Deployment["status"]) =>
    evaluate({ deployments: [deployment(status)] }).ready?.message;
  expect(messageOf({ observedGeneration: 0 })).toBe("Waiting until it answers.");
  expect(messageOf({ replicas: 1, updatedReplicas: 1 })).toBe("Waiting until it answers.");
  expect(messageOf({ replicas: 2, updatedReplicas: 1 })).toContain("new configuration");
  expect(messageOf({ ...up, observedGeneration: 1 })).toContain("new configuration");
});

it("is not ready while the controller speaks of an older specification", () => {
  const late = deployment({ ...up, observedGeneration: 1 });
  expect(evaluate({ deployments: [late] })).toMatchObject({
    state: "Provisioning",
    ready: { status: "False" },
  });
  expect(evaluate({ deployments: [late], wasReady: true }).state).toBe("Degraded");
});

it("is provisioning before it has a workload", () => {
  expect(evaluate({})).toMatchObject({ state: "Provisioning", ready: { reason: "WorkloadMissing" } });
});

it("is stopped only when no pod is left", () => {
  const deployments = [deployment({}, 0)];
  expect(evaluate({ deployments, pods: [pod()], runState: "Stopped" }).state).toBe("Provisioning");
  expect(evaluate({ deployments, runState: "Stopped" }).state).toBe("Stopped");
});

it.each([
  ["CrashLoopBackOff", container({ state: { waiting: { reason: "CrashLoopBackOff" } } }), "log"],
  ["ImagePullBackOff", container({ state: { waiting: { reason: "ImagePullBackOff" } } }), "registry"],
  [
    "CreateContainerConfigError",
    container({ state: { waiting: { reason: "CreateContainerConfigError" } } }),
    "missing",
  ],
  [
    "OOMKilled",
    container({
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { reason: "OOMKilled" } },
    }),
    "larger plan",
  ],
  [
    "Unschedulable",
    { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
    "add a node",
  ],
])("names the reason %s and what to do", (reason, status, advice) => {
  const result = evaluate({
    deployments: [deployment({ replicas: 1, updatedReplicas: 1 })],
    pods: [pod(status)],
  });
  expect(result).toMatchObject({ state: "Degraded", ready: { reason } });
  expect(result.message).toContain(advice);
});

it("tells a full quota from other refusals", () => {
  const refused = (message: string) =>
    deployment({ conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }] });
  expect(evaluate({ deployments: [refused("exceeded quota: tenant")] }).ready?.reason).toBe("QuotaExceeded");
  expect(evaluate({ deployments: [refused("violates PodSecurity")] }).ready?.reason).toBe("FailedCreate");
});

it("does not take the pod that is ending for a problem of the new one", () => {
  const old = pod(container({ state: { waiting: { reason: "CrashLoopBackOff" } } }));
  old.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
  expect(evaluate({ deployments: [deployment({})], pods: [old, pod()] }).ready?.reason).toBe("Starting");
});

import { expect, test } from "vitest";
import type { Pod, StatefulSet } from "../../client/kube-types.ts";
import {
  buildClaims,
  buildStatefulPod,
  buildStatefulSetStatus,
  planStatefulSet,
  revisionOf,
} from "./stateful-set-plan.ts";

const set = (spec: Partial<StatefulSet["spec"]> = {}): StatefulSet => ({
  metadata: { name: "db", namespace: "x", uid: "1" },
  spec: {
    replicas: 3,
    serviceName: "db",
    selector: { matchLabels: { app: "db" } },
    template: { metadata: { labels: { app: "db" } }, spec: { containers: [] } },
    volumeClaimTemplates: [
      { metadata: { name: "data" }, spec: { resources: { requests: { storage: "1Gi" } } } },
    ],
    ...spec,
  },
});
const pod = (
  ordinal: number,
  given: { isReady?: boolean; of?: StatefulSet; phase?: "Running" | "Failed" } = {},
): Pod => {
  const { isReady = true, of = set(), phase = "Running" } = given;
  const conditions = [{ type: "Ready", status: isReady ? ("True" as const) : ("False" as const) }];
  return { ...buildStatefulPod(of, ordinal), status: { phase, conditions } };
};
const plan = (given: StatefulSet, pods: Pod[]) => {
  const { create, remove } = planStatefulSet(given, pods);
  return { create, remove: remove.map(({ metadata }) => metadata.name) };
};

test("pods come one after the other, each when the one before is ready", () => {
  expect(plan(set(), [])).toEqual({ create: [0], remove: [] });
  expect(plan(set(), [pod(0, { isReady: false })])).toEqual({ create: [], remove: [] });
  expect(plan(set(), [pod(0)])).toEqual({ create: [1], remove: [] });
});

test("with Parallel they come together", () => {
  expect(plan(set({ podManagementPolicy: "Parallel" }), [pod(1)]).create).toEqual([0, 2]);
});

test("a pod that has failed is made anew, a gap is filled first", () => {
  expect(plan(set(), [pod(0), pod(1, { phase: "Failed", isReady: false })]).remove).toEqual(["db-1"]);
  expect(plan(set(), [pod(0), pod(2)]).create).toEqual([1]);
});

test("surplus pods go one by one from the highest", () => {
  expect(plan(set({ replicas: 1 }), [pod(0), pod(1), pod(2)])).toEqual({ create: [], remove: ["db-2"] });
});

test("a new template replaces pods from the highest, one at a time, down to the partition", () => {
  const updated = set({
    template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "new" }] } },
  });
  expect(plan(updated, [pod(0), pod(1), pod(2)]).remove).toEqual(["db-2"]);
  expect(plan(updated, [pod(0), pod(1), pod(2, { of: updated })]).remove).toEqual(["db-1"]);
  expect(plan(updated, [pod(0), pod(1), pod(2, { of: updated, isReady: false })]).remove).toEqual([]);
  const partial = {
    ...updated,
    spec: { ...updated.spec, updateStrategy: { rollingUpdate: { partition: 2 } } },
  };
  expect(plan(partial, [pod(0), pod(1), pod(2, { of: updated })]).remove).toEqual([]);
});

test("a pod has its stable name, host name and claim", () => {
  const { metadata, spec } = buildStatefulPod(set(), 1);
  expect(metadata.name).toBe("db-1");
  expect(spec).toMatchObject({ hostname: "db-1", subdomain: "db" });
  expect(spec.volumes).toEqual([{ name: "data", persistentVolumeClaim: { claimName: "data-db-1" } }]);
  expect(buildClaims(set(), 1)[0]?.metadata).toMatchObject({ name: "data-db-1", labels: { app: "db" } });
});

test("the current revision follows the update only when all pods have it and are ready", () => {
  const updated = set({ template: { spec: { containers: [{ name: "new" }] } } });
  const before = { ...updated, status: { replicas: 3, currentRevision: revisionOf(set()) } };
  const half = buildStatefulSetStatus(before, [pod(0), pod(1), pod(2, { of: updated })], 0);
  expect(half).toMatchObject({ updatedReplicas: 1, currentReplicas: 2, currentRevision: revisionOf(set()) });
  const all = [0, 1, 2].map((ordinal) => pod(ordinal, { of: updated }));
  expect(buildStatefulSetStatus(before, all, 0).currentRevision).toBe(revisionOf(updated));
});

import type { Pod, ReplicaSet } from "../client/kube-types.ts";
import { fromTime, toTime } from "../client/time.ts";
import type { Cluster } from "./cluster.ts";
import { withCondition } from "./conditions.ts";
import {
  findControllerKey,
  isActive,
  isControlledBy,
  isReady,
  keyOf,
  splitKey,
  untilAvailableMs,
} from "./pod-state.ts";
import { buildControllerReference, buildPod, randomSuffix, stableJson } from "./pod-template.ts";
import type { WorkQueue } from "./work-queue.ts";

const usefulness = (pod: Pod): number =>
  (isReady(pod) ? 4 : 0) + (pod.status?.phase === "Running" ? 2 : 0) + (pod.spec.nodeName ? 1 : 0);

/** The pods to give up first: not assigned, not running, not ready, youngest. */
export const rankForRemoval = (pods: Pod[]): Pod[] =>
  [...pods].sort(
    (a, b) =>
      usefulness(a) - usefulness(b) ||
      fromTime(b.metadata.creationTimestamp) - fromTime(a.metadata.creationTimestamp),
  );

const buildStatus = (
  set: ReplicaSet,
  pods: Pod[],
  { nowMs, failure }: { nowMs: number; failure?: string },
) => {
  const conditions = failure
    ? withCondition(
        set.status?.conditions,
        { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure },
        toTime(nowMs),
      )
    : (set.status?.conditions ?? []).filter(({ type }) => type !== "ReplicaFailure");
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: pods.filter((pod) => untilAvailableMs(pod, set.spec.minReadySeconds, nowMs) === 0)
      .length,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
};

/** Keeps as many pods of each ReplicaSet as it asks for. */
export function makeReplicaSetController(cluster: Cluster): WorkQueue {
  const { replicaSets, pods } = cluster;
  const recordEvent = cluster.recorder("replicaset-controller");
  const tell = (set: ReplicaSet, type: "Normal" | "Warning", [reason, message]: [string, string]): void =>
    recordEvent({ about: replicaSets.refer(set), type, reason, message });
  const ownedPods = (set: ReplicaSet): Pod[] =>
    pods.list(set.metadata.namespace).filter((pod) => isActive(pod) && isControlledBy(pod, set));

  const createPod = async (set: ReplicaSet): Promise<void> => {
    const owner = buildControllerReference(replicaSets.apiVersion, replicaSets.kind, set);
    const { name, namespace = "" } = set.metadata;
    const pod = buildPod({
      template: set.spec.template,
      name: `${name}-${randomSuffix()}`,
      namespace,
      owner,
    });
    await pods.create(pod);
    tell(set, "Normal", ["SuccessfulCreate", `Created pod: ${pod.metadata.name}`]);
  };

  const applySize = async (set: ReplicaSet): Promise<void> => {
    const present = ownedPods(set);
    const missing = (set.spec.replicas ?? 1) - present.length;
    for (let made = 0; made < missing; made++) await createPod(set);
    for (const pod of rankForRemoval(present).slice(0, Math.max(0, -missing))) {
      await pods.remove(pod);
      tell(set, "Normal", ["SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`]);
    }
  };

  const writeStatus = async (set: ReplicaSet, failure?: string): Promise<void> => {
    const status = buildStatus(set, ownedPods(set), {
      nowMs: cluster.nowMs(),
      ...(failure ? { failure } : {}),
    });
    if (stableJson(status) !== stableJson(set.status)) await replicaSets.updateStatus({ ...set, status });
  };

  const reconcile = async (key: string): Promise<number | undefined> => {
    const set = replicaSets.get(...splitKey(key));
    if (!set || set.metadata.deletionTimestamp) return;
    try {
      await applySize(set);
    } catch (error) {
      // Without the random end of the pod's name, so that the same refusal is the same message.
      const message = String(error instanceof Error ? error.message : error).replace(/-[a-z0-9]{5}"/, '-"');
      tell(set, "Warning", ["FailedCreate", `Error creating: ${message}`]);
      await writeStatus(set, message);
      throw error;
    }
    await writeStatus(set);
    const waits = ownedPods(set).map((pod) =>
      untilAvailableMs(pod, set.spec.minReadySeconds, cluster.nowMs()),
    );
    const nextMs = Math.min(...waits.filter((wait) => wait > 0));
    return Number.isFinite(nextMs) ? nextMs : undefined;
  };

  const queue = cluster.makeQueue("replicaset", reconcile);
  replicaSets.listen((_type, set) => queue.add(keyOf(set)));
  pods.listen((_type, pod) => {
    const key = findControllerKey(pod, "ReplicaSet");
    if (key) queue.add(key);
  });
  return queue;
}

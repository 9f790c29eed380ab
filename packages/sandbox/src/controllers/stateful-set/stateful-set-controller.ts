import { isApiError } from "../../client/api-error.ts";
import type { Pod, StatefulSet } from "../../client/kube-types.ts";
import type { Cluster } from "../cluster.ts";
import { findControllerKey, isControlledBy, keyOf, splitKey, untilAvailableMs } from "../pod-state.ts";
import { stableJson } from "../pod-template.ts";
import type { WorkQueue } from "../work-queue.ts";
import {
  buildClaims,
  buildStatefulPod,
  buildStatefulSetStatus,
  planStatefulSet,
} from "./stateful-set-plan.ts";

/** Keeps each StatefulSet's pods: stable names and claims, in order, one revision after the other. */
export function makeStatefulSetController(cluster: Cluster): WorkQueue {
  const { statefulSets, pods, claims } = cluster;
  const recordEvent = cluster.recorder("statefulset-controller");
  const tell = (set: StatefulSet, type: "Normal" | "Warning", [reason, message]: [string, string]): void =>
    recordEvent({ about: statefulSets.refer(set), type, reason, message });
  const ownedPods = (set: StatefulSet): Pod[] =>
    pods.list(set.metadata.namespace).filter((pod) => isControlledBy(pod, set));

  const createPod = async (set: StatefulSet, ordinal: number): Promise<void> => {
    for (const claim of buildClaims(set, ordinal)) {
      if (claims.get(claim.metadata.namespace, claim.metadata.name)) continue;
      await claims.create(claim).catch((error: unknown) => {
        if (!isApiError(error, 409)) throw error;
      });
    }
    const pod = await pods.create(buildStatefulPod(set, ordinal));
    const message = `create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
    tell(set, "Normal", ["SuccessfulCreate", message]);
  };

  const applyPlan = async (set: StatefulSet): Promise<void> => {
    const plan = planStatefulSet(set, ownedPods(set));
    for (const ordinal of plan.create) await createPod(set, ordinal);
    for (const pod of plan.remove) {
      await pods.remove(pod);
      const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
      tell(set, "Normal", ["SuccessfulDelete", message]);
    }
  };

  const writeStatus = async (set: StatefulSet): Promise<void> => {
    const status = buildStatefulSetStatus(set, ownedPods(set), cluster.nowMs());
    if (stableJson(status) !== stableJson(set.status)) await statefulSets.updateStatus({ ...set, status });
  };

  const reconcile = async (key: string): Promise<number | undefined> => {
    const set = statefulSets.get(...splitKey(key));
    if (!set) return;
    try {
      await applyPlan(set);
    } catch (error) {
      tell(set, "Warning", ["FailedCreate", error instanceof Error ? error.message : String(error)]);
      throw error;
    } finally {
      await writeStatus(set);
    }
    const waits = ownedPods(set).map((pod) =>
      untilAvailableMs(pod, set.spec.minReadySeconds, cluster.nowMs()),
    );
    const nextMs = Math.min(...waits.filter((wait) => wait > 0));
    return Number.isFinite(nextMs) ? nextMs : undefined;
  };

  const queue = cluster.makeQueue("statefulset", reconcile);
  statefulSets.listen((_type, set) => queue.add(keyOf(set)));
  pods.listen((_type, pod) => {
    const key = findControllerKey(pod, "StatefulSet");
    if (key) queue.add(key);
  });
  return queue;
}

import type { Node, Pod } from "../../client/kube-types.ts";
import { fromTime, toTime } from "../../client/time.ts";
import type { Cluster } from "../cluster.ts";
import { findCondition, withCondition } from "../conditions.ts";
import { isFinished, keyOf, splitKey } from "../pod-state.ts";
import { stableJson } from "../pod-template.ts";
import type { WorkQueue } from "../work-queue.ts";
import { chooseNode } from "./choose-node.ts";
import { buildNodeInfos } from "./node-info.ts";

const retryMs = 30_000;
const claimPatienceMs = 2_000;
const unboundMessage = "pod has unbound immediate PersistentVolumeClaims.";

const mayBeOurs = ({ spec }: Pod): boolean =>
  spec.schedulerName === undefined || spec.schedulerName === "default-scheduler";

/** What of a node matters for scheduling; heartbeats do not. */
const essenceOf = (node: Node): string =>
  stableJson([
    node.metadata.labels,
    node.spec,
    node.status?.allocatable,
    node.status?.conditions?.map(({ type, status }) => [type, status]),
  ]);

const hasUnboundClaims = (cluster: Cluster, pod: Pod): boolean =>
  (pod.spec.volumes ?? []).some(({ persistentVolumeClaim }) => {
    if (!persistentVolumeClaim) return false;
    const claim = cluster.claims.get(pod.metadata.namespace, persistentVolumeClaim.claimName);
    return claim?.status?.phase !== "Bound";
  });

const bind = async (cluster: Cluster, pod: Pod, nodeName: string): Promise<void> => {
  const { namespace, name, uid } = pod.metadata;
  await cluster.client.request("POST", `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, namespace, uid },
    target: { apiVersion: "v1", kind: "Node", name: nodeName },
  });
};

const markUnschedulable = async (cluster: Cluster, pod: Pod, message: string): Promise<void> => {
  const known = findCondition(pod, "PodScheduled");
  if (known?.reason === "Unschedulable" && known.message === message) return;
  const conditions = withCondition(
    pod.status?.conditions,
    { type: "PodScheduled", status: "False", reason: "Unschedulable", message },
    toTime(cluster.nowMs()),
  );
  await cluster.pods.updateStatus({ ...pod, status: { phase: "Pending", ...pod.status, conditions } });
};

/** Assigns pods to nodes as soon as they appear; those that fit nowhere are tried again whenever room may have come. */
export function makeScheduler(cluster: Cluster): WorkQueue {
  const { pods, nodes, claims } = cluster;
  const recordEvent = cluster.recorder("default-scheduler");
  const assumed = new Map<string, string>();
  const unschedulable = new Set<string>();
  const findWaiting = (key: string): Pod | undefined => {
    const pod = pods.get(...splitKey(key));
    const isWaiting = pod && !pod.spec.nodeName && !pod.metadata.deletionTimestamp && !isFinished(pod);
    return isWaiting && mayBeOurs(pod) && !assumed.has(pod.metadata.uid ?? "") ? pod : undefined;
  };

  const assign = async (pod: Pod, nodeName: string): Promise<void> => {
    const { uid = "", namespace, name } = pod.metadata;
    assumed.set(uid, nodeName);
    try {
      await bind(cluster, pod, nodeName);
    } catch (error) {
      assumed.delete(uid);
      throw error;
    }
    const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
    recordEvent({ about: pods.refer(pod), type: "Normal", reason: "Scheduled", message });
  };

  const refuse = async (pod: Pod, message: string): Promise<number> => {
    unschedulable.add(keyOf(pod));
    await markUnschedulable(cluster, pod, message);
    recordEvent({ about: pods.refer(pod), type: "Warning", reason: "FailedScheduling", message });
    return retryMs;
  };

  const reconcile = async (key: string): Promise<number | undefined> => {
    const pod = findWaiting(key);
    unschedulable.delete(key);
    if (!pod) return;
    if (hasUnboundClaims(cluster, pod)) {
      unschedulable.add(key);
      const patienceMs = fromTime(pod.metadata.creationTimestamp) + claimPatienceMs - cluster.nowMs();
      return patienceMs > 0
        ? patienceMs
        : refuse(pod, `0/${nodes.list().length} nodes are available: ${unboundMessage}`);
    }
    const choice = chooseNode(pod, buildNodeInfos(nodes.list(), pods.list(), assumed));
    if ("message" in choice) return refuse(pod, choice.message);
    await assign(pod, choice.nodeName);
    return;
  };

  const queue = cluster.makeQueue("scheduler", reconcile, 1);
  const retryAll = (): void => {
    for (const key of unschedulable) queue.add(key);
  };
  pods.listen((type, pod) => {
    const isGone = type === "DELETED";
    if (isGone || pod.spec.nodeName) assumed.delete(pod.metadata.uid ?? "");
    if (isGone || isFinished(pod)) retryAll();
    else if (!pod.spec.nodeName && !unschedulable.has(keyOf(pod))) queue.add(keyOf(pod));
  });
  nodes.listen((_type, node, old) => {
    if (!old || essenceOf(node) !== essenceOf(old)) retryAll();
  });
  claims.listen((_type, claim) => {
    if (claim.status?.phase === "Bound") retryAll();
  });
  return queue;
}

import type { Condition, Node, Pod, Toleration } from "../client/kube-types.ts";
import { toTime } from "../client/time.ts";
import type { Cluster } from "./cluster.ts";
import { findCondition, withCondition } from "./conditions.ts";
import { isFinished, isReady } from "./pod-state.ts";
import type { WorkQueue } from "./work-queue.ts";

const graceMs = 40_000;
const defaultEvictionSeconds = 300;
const lostPodGraceMs = 10_000;
const checkEveryMs = 1_000;

/** How long a pod may stay on a node that is silent; undefined: for ever. */
export const evictionDelaySeconds = (tolerations: Toleration[] = []): number | undefined => {
  const tolerated = tolerations.filter(
    ({ key, effect }) =>
      (key === undefined || key === "node.kubernetes.io/unreachable") && (!effect || effect === "NoExecute"),
  );
  if (tolerated.length === 0) return defaultEvictionSeconds;
  const limits = tolerated.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return limits.length > 0 ? Math.min(...limits) : undefined;
};

interface Sighting {
  renewTime: string | undefined;
  seenAtMs: number;
}

/** When each node's Lease last moved, by our own clock, so that clocks need not agree. */
const makeSightings = (cluster: Cluster) => {
  const sightings = new Map<string, Sighting>();
  return (nodeName: string): number => {
    const renewTime = cluster.leases.get("kube-node-lease", nodeName)?.spec?.renewTime;
    const known = sightings.get(nodeName);
    if (known && known.renewTime === renewTime) return known.seenAtMs;
    sightings.set(nodeName, { renewTime, seenAtMs: cluster.nowMs() });
    return cluster.nowMs();
  };
};

const markNodeUnknown = async (cluster: Cluster, node: Node): Promise<void> => {
  const at = toTime(cluster.nowMs());
  const unknown: Condition = {
    type: "Ready",
    status: "Unknown",
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
  };
  const conditions = withCondition(node.status?.conditions, unknown, at);
  await cluster.nodes.updateStatus({ ...node, status: { ...node.status, conditions } });
};

const markPodNotReady = async (cluster: Cluster, pod: Pod): Promise<void> => {
  const notReady: Condition = { type: "Ready", status: "False", reason: "NodeNotReady" };
  const conditions = withCondition(pod.status?.conditions, notReady, toTime(cluster.nowMs()));
  await cluster.pods.updateStatus({ ...pod, status: { ...pod.status, conditions } });
};

const evict = async (cluster: Cluster, pod: Pod, silentMs: number): Promise<void> => {
  const delaySeconds = evictionDelaySeconds(pod.spec.tolerations);
  if (delaySeconds === undefined || pod.metadata.deletionTimestamp) return;
  if (silentMs >= graceMs + delaySeconds * 1_000) await cluster.pods.remove(pod);
};

const checkNode = async (cluster: Cluster, node: Node, silentMs: number): Promise<void> => {
  if (silentMs < graceMs) return;
  if (findCondition(node, "Ready")?.status !== "Unknown") await markNodeUnknown(cluster, node);
  const pods = cluster.pods
    .list()
    .filter((pod) => pod.spec.nodeName === node.metadata.name && !isFinished(pod));
  for (const pod of pods) {
    if (isReady(pod)) await markPodNotReady(cluster, pod);
    else await evict(cluster, pod, silentMs);
  }
};

const isLost = (cluster: Cluster, pod: Pod): boolean => {
  const { nodeName } = pod.spec;
  return nodeName ? !cluster.nodes.get(undefined, nodeName) : pod.metadata.deletionTimestamp !== undefined;
};

/** Declares silent nodes unknown, gives up their pods, and removes pods that no node will ever end. */
export function makeNodeLifecycleController(cluster: Cluster): WorkQueue {
  const lastSeenMs = makeSightings(cluster);
  const recordEvent = cluster.recorder("node-controller");
  let lostSinceMs = new Map<string, number>();

  const collectLostPods = async (): Promise<void> => {
    const before = lostSinceMs;
    lostSinceMs = new Map();
    for (const pod of cluster.pods.list().filter((each) => isLost(cluster, each))) {
      const { uid = "" } = pod.metadata;
      const sinceMs = before.get(uid) ?? cluster.nowMs();
      lostSinceMs.set(uid, sinceMs);
      // A node that only registers again keeps its pods.
      if (cluster.nowMs() - sinceMs >= lostPodGraceMs) await cluster.pods.remove(pod, 0);
    }
  };

  const reconcile = async (): Promise<number> => {
    for (const node of cluster.nodes.list()) {
      const wasReady = findCondition(node, "Ready")?.status === "True";
      const silentMs = cluster.nowMs() - lastSeenMs(node.metadata.name);
      await checkNode(cluster, node, silentMs).catch((error: unknown) =>
        cluster.log.warn("A silent node could not be handled", {
          node: node.metadata.name,
          error: String(error),
        }),
      );
      if (wasReady && silentMs >= graceMs) {
        const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
        recordEvent({ about: cluster.nodes.refer(node), type: "Normal", reason: "NodeNotReady", message });
      }
    }
    await collectLostPods();
    return checkEveryMs;
  };

  const queue = cluster.makeQueue("node-lifecycle", reconcile);
  queue.add("all");
  return queue;
}

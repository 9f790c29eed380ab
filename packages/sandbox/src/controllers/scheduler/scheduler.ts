import type { Node, Pod } from "../../client/kube-types.ts";
import { fromTime } from "../../client/time.ts";
import type { Cluster } from "../cluster.ts";
import { isFinished, keyOf, splitKey } from "../pod-state.ts";
import { stableJson } from "../pod-template.ts";
import type { WorkQueue } from "../work-queue.ts";
import { chooseNode } from "./choose-node.ts";
import { buildNodeInfos, type NodeInfo } from "./node-info.ts";
import { bind, markUnschedulable, preempt } from "./pod-writes.ts";
import { findNominated, findPreemption, isRoomComing, priorityOf } from "./preemption.ts";

const noPod: Pod = { metadata: { name: "" }, spec: { containers: [] } };
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

/** What is known besides the caches. */
interface Memory {
  /** Nodes of pods that the cache does not show as bound yet, by uid. */
  assumed: Map<string, string>;
  /** Keys of pods that fit nowhere. */
  unschedulable: Set<string>;
}

/** One pod: to a node, or the reason why not; returns when to look again. */
function makeReconcile(cluster: Cluster, { assumed, unschedulable }: Memory) {
  const { pods, nodes } = cluster;
  const recordEvent = cluster.recorder("default-scheduler");
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

  const makeRoomOrRefuse = async (pod: Pod, infos: NodeInfo[], message: string): Promise<number> => {
    const preemption = isRoomComing(pod, infos) ? undefined : findPreemption(pod, infos);
    if (!preemption) return refuse(pod, message);
    const nominated = { ...pod, status: { ...pod.status, nominatedNodeName: preemption.nodeName } };
    await refuse(nominated, message);
    for (const victim of preemption.victims) {
      await preempt(cluster, victim);
      const note = `Preempted by pod ${pod.metadata.uid} on node ${preemption.nodeName}`;
      recordEvent({ about: pods.refer(victim), type: "Normal", reason: "Preempted", message: note });
    }
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
    const placed = new Map([...findNominated(pod, pods.list()), ...assumed]);
    const infos = buildNodeInfos(nodes.list(), pods.list(), placed);
    const choice = chooseNode(pod, infos);
    if ("message" in choice) return makeRoomOrRefuse(pod, infos, choice.message);
    await assign(pod, choice.nodeName);
    return;
  };
  return reconcile;
}

/** Assigns pods to nodes as soon as they appear; those that fit nowhere are tried again whenever room may have come. */
export function makeScheduler(cluster: Cluster): WorkQueue {
  const { pods, nodes, claims } = cluster;
  const memory: Memory = { assumed: new Map(), unschedulable: new Set() };
  const { assumed, unschedulable } = memory;
  const queue = cluster.makeQueue("scheduler", makeReconcile(cluster, memory), 1);
  const retryAll = (): void => {
    const rank = (key: string): number => priorityOf(pods.get(...splitKey(key)) ?? noPod);
    for (const key of [...unschedulable].sort((a, b) => rank(b) - rank(a))) queue.add(key);
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

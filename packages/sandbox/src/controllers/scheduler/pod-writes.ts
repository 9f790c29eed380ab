import type { Pod } from "../../client/kube-types.ts";
import { toTime } from "../../client/time.ts";
import type { Cluster } from "../cluster.ts";
import { findCondition, withCondition } from "../conditions.ts";

/** Tells the node's kubelet that the pod is its own. */
export const bind = async (cluster: Cluster, pod: Pod, nodeName: string): Promise<void> => {
  const { namespace, name, uid } = pod.metadata;
  await cluster.client.request("POST", `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, namespace, uid },
    target: { apiVersion: "v1", kind: "Node", name: nodeName },
  });
};

/** Writes why the pod fits nowhere, and the node where room is made for it. */
export const markUnschedulable = async (cluster: Cluster, pod: Pod, message: string): Promise<void> => {
  const known = findCondition(pod, "PodScheduled");
  const isTold = known?.reason === "Unschedulable" && known.message === message;
  const live = cluster.pods.get(pod.metadata.namespace, pod.metadata.name);
  if (isTold && live?.status?.nominatedNodeName === pod.status?.nominatedNodeName) return;
  const conditions = withCondition(
    pod.status?.conditions,
    { type: "PodScheduled", status: "False", reason: "Unschedulable", message },
    toTime(cluster.nowMs()),
  );
  await cluster.pods.updateStatus({ ...pod, status: { phase: "Pending", ...pod.status, conditions } });
};

/** Ends a pod for the sake of another, and says so in its status. */
export const preempt = async (cluster: Cluster, victim: Pod): Promise<void> => {
  const condition = {
    type: "DisruptionTarget",
    status: "True" as const,
    reason: "PreemptionByScheduler",
    message: "default-scheduler: preempting to accommodate a higher priority pod",
  };
  const conditions = withCondition(victim.status?.conditions, condition, toTime(cluster.nowMs()));
  // Who has changed or gone meanwhile is told by its deletion all the same.
  await cluster.pods
    .updateStatus({ ...victim, status: { ...victim.status, conditions } })
    .catch(() => undefined);
  await cluster.pods.remove(victim);
};

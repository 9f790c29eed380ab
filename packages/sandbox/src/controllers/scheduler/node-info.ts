import type { Node, Pod } from "../../client/kube-types.ts";
import { isFinished } from "../pod-state.ts";
import { amountOf, type Resources, readRequests } from "./requests.ts";

/** A node with what runs on it. */
export interface NodeInfo {
  node: Node;
  name: string;
  labels: Record<string, string>;
  pods: Pod[];
  requested: Resources;
  allocatable: Resources & { pods: number };
}

function sumRequests(pods: Pod[]): Resources {
  const requested = { cpu: 0, memory: 0 };
  for (const pod of pods) {
    const { cpu, memory } = readRequests(pod);
    requested.cpu += cpu;
    requested.memory += memory;
  }
  return requested;
}

/** The same node with other pods on it. */
export const withPods = (info: NodeInfo, pods: Pod[]): NodeInfo => ({
  ...info,
  pods,
  requested: sumRequests(pods),
});

/** The nodes with their pods; `assumed` says where pods go that the cache does not show as bound yet (by uid). */
export function buildNodeInfos(nodes: Node[], pods: Pod[], assumed: ReadonlyMap<string, string>): NodeInfo[] {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const nodeName = pod.spec.nodeName ?? assumed.get(pod.metadata.uid ?? "");
    if (!nodeName || isFinished(pod)) continue;
    byNode.set(nodeName, [...(byNode.get(nodeName) ?? []), pod]);
  }
  return nodes.map((node) => {
    const { name, labels = {} } = node.metadata;
    const present = byNode.get(name) ?? [];
    const requested = sumRequests(present);
    const { cpu, memory, pods: podLimit = "110" } = node.status?.allocatable ?? {};
    const allocatable = {
      cpu: amountOf(cpu),
      memory: amountOf(memory),
      pods: amountOf(podLimit),
    };
    return { node, name, labels, pods: present, requested, allocatable };
  });
}

/** How many pods of one namespace that a test accepts are in each domain of a topology key. */
export function countByDomain(
  infos: NodeInfo[],
  topologyKey: string,
  isCounted: (pod: Pod) => boolean,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { labels, pods } of infos) {
    const domain = labels[topologyKey];
    if (domain === undefined) continue;
    counts.set(domain, (counts.get(domain) ?? 0) + pods.filter(isCounted).length);
  }
  return counts;
}

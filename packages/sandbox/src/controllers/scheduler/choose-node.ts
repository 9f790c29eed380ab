import type { Pod } from "../../client/kube-types.ts";
import { concerns, findObstacle, isSpreadWith } from "./filters.ts";
import { countByDomain, type NodeInfo } from "./node-info.ts";
import { readRequests } from "./requests.ts";

/** Where a pod goes, or why it cannot go anywhere, in Kubernetes' words. */
export type Choice = { nodeName: string } | { message: string };

const scoreFreeShare = (pod: Pod, { requested, allocatable }: NodeInfo): number => {
  const wanted = readRequests(pod);
  const free = (name: "cpu" | "memory"): number =>
    allocatable[name] > 0 ? Math.max(0, 1 - (requested[name] + wanted[name]) / allocatable[name]) : 0;
  return (free("cpu") + free("memory")) * 50;
};

const scoreSpread = (pod: Pod, info: NodeInfo, all: NodeInfo[]): number =>
  (pod.spec.topologySpreadConstraints ?? []).reduce((score, constraint) => {
    const counts = countByDomain(all, constraint.topologyKey, isSpreadWith(pod, constraint));
    const most = Math.max(1, ...counts.values());
    const here = counts.get(info.labels[constraint.topologyKey] ?? "") ?? most;
    return score + (100 * (most - here)) / most;
  }, 0);

const scoreApart = (pod: Pod, info: NodeInfo, all: NodeInfo[]): number =>
  (pod.spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).reduce(
    (score, { weight, podAffinityTerm }) => {
      const counts = countByDomain(all, podAffinityTerm.topologyKey, (other) =>
        concerns(pod, podAffinityTerm, other),
      );
      return score - weight * (counts.get(info.labels[podAffinityTerm.topologyKey] ?? "") ?? 0);
    },
    0,
  );

const scoreTaints = ({ node }: NodeInfo): number =>
  (node.spec?.taints ?? []).some(({ effect }) => effect === "PreferNoSchedule") ? -100 : 0;

const buildMessage = (reasons: string[]): string => {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].sort().map(([reason, count]) => `${count} ${reason}`);
  return parts.length > 0
    ? `0/${reasons.length} nodes are available: ${parts.join(", ")}.`
    : "no nodes available to schedule pods";
};

/** Picks the node for a pod: the least allocated of those that pass every filter, spread as the pod asks for. */
export function chooseNode(pod: Pod, infos: NodeInfo[]): Choice {
  const obstacles = infos.map((info) => findObstacle(pod, info, infos));
  const scored = infos
    .filter((_info, index) => obstacles[index] === undefined)
    .map((info) => ({
      info,
      score:
        scoreFreeShare(pod, info) +
        scoreSpread(pod, info, infos) +
        scoreApart(pod, info, infos) +
        scoreTaints(info),
    }))
    .sort(
      (a, b) =>
        b.score - a.score || a.info.pods.length - b.info.pods.length || (a.info.name < b.info.name ? -1 : 1),
    );
  const best = scored[0];
  return best
    ? { nodeName: best.info.name }
    : { message: buildMessage(obstacles.map((reason) => reason ?? "")) };
}

import type {
  Pod,
  PodAffinityTerm,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from "../../client/kube-types.ts";
import { hasCondition } from "../conditions.ts";
import { matchesExpressions, matchesLabels, matchesSelector } from "../selector.ts";
import { countByDomain, type NodeInfo } from "./node-info.ts";
import { readRequests } from "./requests.ts";

/** Says why a pod may not go to a node; nothing when it may. */
type Filter = (pod: Pod, info: NodeInfo, all: NodeInfo[]) => string | undefined;

const tolerates = ({ key, operator = "Equal", value = "", effect }: Toleration, taint: Taint): boolean =>
  (!effect || effect === taint.effect) &&
  (key === undefined || key === taint.key) &&
  (operator === "Exists" || value === (taint.value ?? ""));

const isInNamespace = (pod: Pod, other: Pod, term: PodAffinityTerm): boolean =>
  term.namespaceSelector !== undefined ||
  (term.namespaces ?? [pod.metadata.namespace]).includes(other.metadata.namespace ?? "");

/** Whether a term of `pod` is about `other`. */
export const concerns = (pod: Pod, term: PodAffinityTerm, other: Pod): boolean =>
  isInNamespace(pod, other, term) && matchesSelector(term.labelSelector, other.metadata.labels);

/** Whether a pod is counted by a spread constraint of `pod`. */
export const isSpreadWith =
  (pod: Pod, constraint: TopologySpreadConstraint) =>
  (other: Pod): boolean =>
    other.metadata.namespace === pod.metadata.namespace &&
    !other.metadata.deletionTimestamp &&
    matchesSelector(constraint.labelSelector, other.metadata.labels);

const requiredAntiAffinity = (pod: Pod): PodAffinityTerm[] =>
  pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

const isReadyNode: Filter = (_pod, { node }) => {
  if (!hasCondition(node, "Ready")) return "node(s) were not ready";
  return node.spec?.unschedulable ? "node(s) were unschedulable" : undefined;
};

const hasToleratedTaints: Filter = ({ spec }, { node }) => {
  const taint = (node.spec?.taints ?? []).find(
    (each) =>
      each.effect !== "PreferNoSchedule" &&
      !spec.tolerations?.some((toleration) => tolerates(toleration, each)),
  );
  return taint && `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`;
};

const isSelectedNode: Filter = ({ spec }, { labels, name }) => {
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const known = { "kubernetes.io/hostname": name, ...labels };
  const isMatch =
    matchesLabels(spec.nodeSelector, known) &&
    (!terms || terms.some(({ matchExpressions }) => matchesExpressions(matchExpressions, known)));
  return isMatch ? undefined : "node(s) didn't match Pod's node affinity/selector";
};

const hasRoom: Filter = (pod, { requested, allocatable, pods }) => {
  const wanted = readRequests(pod);
  if (pods.length + 1 > allocatable.pods) return "Too many pods";
  // A tiny slack for sums of fractions of cores.
  if (wanted.cpu > 0 && requested.cpu + wanted.cpu > allocatable.cpu + 1e-9) return "Insufficient cpu";
  if (wanted.memory > 0 && requested.memory + wanted.memory > allocatable.memory)
    return "Insufficient memory";
  return;
};

const isApart: Filter = (pod, { labels }, all) => {
  const isHere = (other: NodeInfo, { topologyKey }: PodAffinityTerm): boolean =>
    labels[topologyKey] !== undefined && other.labels[topologyKey] === labels[topologyKey];
  const minds = (one: Pod, other: Pod, there: NodeInfo): boolean =>
    requiredAntiAffinity(one).some((term) => isHere(there, term) && concerns(one, term, other));
  const isConflict = all.some((there) =>
    there.pods.some((other) => minds(pod, other, there) || minds(other, pod, there)),
  );
  return isConflict ? "node(s) didn't match pod anti-affinity rules" : undefined;
};

const isSpread: Filter = (pod, info, all) => {
  const eligible = all.filter((other) => !isSelectedNode(pod, other, all));
  const isTooFull = (pod.spec.topologySpreadConstraints ?? []).some((constraint) => {
    if (constraint.whenUnsatisfiable !== "DoNotSchedule") return false;
    const domain = info.labels[constraint.topologyKey];
    if (domain === undefined) return true;
    const counts = countByDomain(eligible, constraint.topologyKey, isSpreadWith(pod, constraint));
    const self = matchesSelector(constraint.labelSelector, pod.metadata.labels) ? 1 : 0;
    return (counts.get(domain) ?? 0) + self - Math.min(...counts.values()) > constraint.maxSkew;
  });
  return isTooFull ? "node(s) didn't match pod topology spread constraints" : undefined;
};

const filters: Filter[] = [isReadyNode, hasToleratedTaints, isSelectedNode, hasRoom, isApart, isSpread];

/** The first reason why a pod may not go to a node; undefined when it may. */
export function findObstacle(pod: Pod, info: NodeInfo, all: NodeInfo[]): string | undefined {
  for (const filter of filters) {
    const reason = filter(pod, info, all);
    if (reason) return reason;
  }
  return;
}

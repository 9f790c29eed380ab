import type { Pod } from "../../client/kube-types.ts";
import { fromTime } from "../../client/time.ts";
import { isFinished } from "../pod-state.ts";
import { findObstacle } from "./filters.ts";
import { type NodeInfo, withPods } from "./node-info.ts";

export const priorityOf = (pod: Pod): number => pod.spec.priority ?? 0;

/** Pods of one node whose end makes room for another. */
export interface Preemption {
  nodeName: string;
  victims: Pod[];
}

const startedAtMs = ({ status, metadata }: Pod): number =>
  fromTime(status?.startTime ?? metadata.creationTimestamp);

// Kubernetes' order: a higher priority, then a longer run, is more worth keeping.
const byWorth = (a: Pod, b: Pod): number => priorityOf(b) - priorityOf(a) || startedAtMs(a) - startedAtMs(b);

/** As few as possible: all lower ones are taken away, then put back one by one while the pod still fits. */
function findVictims(pod: Pod, info: NodeInfo, all: NodeInfo[]): Pod[] | undefined {
  const isLower = (other: Pod) => priorityOf(other) < priorityOf(pod);
  const lower = info.pods.filter(isLower).sort(byWorth);
  let kept = info.pods.filter((other) => !isLower(other));
  const hasObstacle = (pods: Pod[]) => {
    const tried = withPods(info, pods);
    return (
      findObstacle(
        pod,
        tried,
        all.map((other) => (other === info ? tried : other)),
      ) !== undefined
    );
  };
  if (lower.length === 0 || hasObstacle(kept)) return;
  const victims: Pod[] = [];
  for (const candidate of lower) {
    if (hasObstacle([...kept, candidate])) victims.push(candidate);
    else kept = [...kept, candidate];
  }
  return victims;
}

/** Lower is better, from the left: the highest priority among the victims, their sum, their number, their age. */
function costOf({ victims }: Preemption): number[] {
  const highest = Math.max(...victims.map(priorityOf));
  const ofHighest = victims.filter((victim) => priorityOf(victim) === highest);
  const sum = victims.reduce((total, victim) => total + priorityOf(victim) + 2 ** 31, 0);
  return [highest, sum, victims.length, -Math.min(...ofHighest.map(startedAtMs))];
}

function compareCosts(a: Preemption, b: Preemption): number {
  const [left, right] = [costOf(a), costOf(b)];
  const index = left.findIndex((value, at) => value !== right[at]);
  return index < 0 ? 0 : left[index]! - right[index]!;
}

/** Which pods must go so that this one fits somewhere; undefined when no lower ones would help. */
export function findPreemption(pod: Pod, infos: NodeInfo[]): Preemption | undefined {
  if (pod.spec.preemptionPolicy === "Never") return;
  return infos
    .flatMap((info) => {
      const victims = findVictims(pod, info, infos);
      return victims && victims.length > 0 ? [{ nodeName: info.name, victims }] : [];
    })
    .sort(compareCosts)[0];
}

/** Whether pods that were preempted for this one are still ending: until they have, no others are. */
export const isRoomComing = (pod: Pod, infos: NodeInfo[]): boolean =>
  infos
    .filter(({ name }) => name === pod.status?.nominatedNodeName)
    .some(({ pods }) =>
      pods.some((other) => other.metadata.deletionTimestamp && priorityOf(other) < priorityOf(pod)),
    );

/** Where pods of at least this one's priority wait for room that was made for them, by their uid. */
export function findNominated(pod: Pod, pods: Pod[]): [uid: string, nodeName: string][] {
  return pods.flatMap((other): [string, string][] => {
    const { metadata, spec, status } = other;
    const isWaiting = !spec.nodeName && !metadata.deletionTimestamp && !isFinished(other);
    const isRival = metadata.uid !== pod.metadata.uid && priorityOf(other) >= priorityOf(pod);
    return isWaiting && isRival && status?.nominatedNodeName
      ? [[metadata.uid ?? "", status.nominatedNodeName]]
      : [];
  });
}

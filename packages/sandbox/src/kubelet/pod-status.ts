import {
  type Condition,
  type Container,
  type ContainerStatus,
  type Pod,
  type PodStatus,
  toTime,
} from "../client/index.ts";
import { parseQuantity } from "../client/quantity.ts";

/** What the kubelet knows of a pod, from which its status is computed. */
export interface PodObservation {
  pod: Pod;
  podIP?: string;
  hostIP: string;
  startTime: string;
  initContainers: ContainerStatus[];
  containers: ContainerStatus[];
  now: Date;
}

const exitCodeOf = (status: ContainerStatus): number | undefined => status.state?.terminated?.exitCode;
const hasEnded = (status: ContainerStatus): boolean =>
  status.state?.terminated !== undefined || status.lastState?.terminated !== undefined;

/** The phase as the real kubelet derives it from the containers. */
export const computePhase = ({
  pod,
  initContainers,
  containers,
}: PodObservation): NonNullable<PodStatus["phase"]> => {
  const policy = pod.spec.restartPolicy ?? "Always";
  const hasFailedInit = initContainers.some((status) => (exitCodeOf(status) ?? 0) !== 0);
  if (hasFailedInit && policy === "Never") return "Failed";
  if (!initContainers.every((status) => exitCodeOf(status) === 0)) return "Pending";
  if (containers.some((status) => !status.state?.running && !hasEnded(status))) return "Pending";
  const isAnyAlive = containers.some((status) => !status.state?.terminated);
  if (isAnyAlive || policy === "Always") return "Running";
  if (containers.every((status) => exitCodeOf(status) === 0)) return "Succeeded";
  return policy === "Never" ? "Failed" : "Running";
};

const sameResources = (container: Container): boolean =>
  ["cpu", "memory"].every((name) => {
    const limit = parseQuantity(container.resources?.limits?.[name]);
    const request = parseQuantity(container.resources?.requests?.[name]) ?? limit;
    return limit !== undefined && limit === request;
  });

export const computeQosClass = ({ spec }: Pod): string => {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  if (all.every(sameResources)) return "Guaranteed";
  const isAnySet = all.some(
    ({ resources }) => Object.keys({ ...resources?.limits, ...resources?.requests }).length > 0,
  );
  return isAnySet ? "Burstable" : "BestEffort";
};

const verdict = (type: string, isTrue: boolean, why: { reason: string; message?: string }): Condition =>
  isTrue ? { type, status: "True" } : { type, status: "False", ...why };

const buildConditions = (observation: PodObservation, phase: string): Condition[] => {
  const { pod, podIP, initContainers, containers } = observation;
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const incomplete = initContainers.filter((status) => exitCodeOf(status) !== 0).map(({ name }) => name);
  const isDone = phase === "Succeeded";
  const unreadyWhy = isDone
    ? { reason: "PodCompleted" }
    : { reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
  const isReady = unready.length === 0 && incomplete.length === 0 && !isDone;
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  return [
    verdict("PodReadyToStartContainers", podIP !== undefined && !isDone && phase !== "Failed", {
      reason: "",
    }),
    verdict("Initialized", incomplete.length === 0, {
      reason: "ContainersNotInitialized",
      message: `containers with incomplete status: [${incomplete.join(" ")}]`,
    }),
    verdict("Ready", isReady, unreadyWhy),
    verdict("ContainersReady", isReady, unreadyWhy),
    scheduled ?? { type: "PodScheduled", status: "True" },
  ];
};

// The time of a transition stays as long as the status does.
const keepTimes = (conditions: Condition[], previous: Condition[], now: Date): Condition[] =>
  conditions.map((condition) => {
    const { reason, ...rest } = condition;
    const old = previous.find(({ type }) => type === condition.type);
    const isSame = old?.status === condition.status && old.lastTransitionTime !== undefined;
    const lastTransitionTime = isSame ? old.lastTransitionTime : toTime(now.getTime());
    return { ...rest, ...(reason ? { reason } : {}), lastTransitionTime: lastTransitionTime as string };
  });

/** The whole status of a pod, in the real kubelet's words; `previous` keeps its transition times. */
export const buildPodStatus = (observation: PodObservation, previous: Condition[]): PodStatus => {
  const { pod, podIP, hostIP, startTime, initContainers, containers, now } = observation;
  const phase = computePhase(observation);
  return {
    phase,
    conditions: keepTimes(buildConditions(observation, phase), previous, now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    startTime,
    qosClass: pod.status?.qosClass ?? computeQosClass(pod),
    ...(initContainers.length > 0 ? { initContainerStatuses: initContainers } : {}),
    containerStatuses: containers,
  };
};

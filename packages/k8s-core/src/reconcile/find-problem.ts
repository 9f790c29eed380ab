import type { ContainerStatus, Pod, StatusCondition } from "../client/shapes.ts";

/** Why something does not come up, and what to do. */
export interface Problem {
  reason: string;
  message: string;
}

const adviceByWaitingReason: Record<string, string> = {
  CrashLoopBackOff: "The process ends again and again: read its log.",
  ImagePullBackOff: "The image cannot be pulled: check its name and the registry's credentials.",
  ErrImagePull: "The image cannot be pulled: check its name and the registry's credentials.",
  InvalidImageName: "The image's name is not valid: correct the configuration.",
  CreateContainerConfigError: "A ConfigMap or Secret that the container needs is missing.",
  CreateContainerError: "The node could not create the container.",
  RunContainerError: "The node could not run the container.",
};

const join = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(" ");

/** What keeps a pod from running; undefined while it is merely on its way. */
export function findPodProblem(pod: Pod): Problem | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False" && scheduled.reason === "Unschedulable") {
    return {
      reason: "Unschedulable",
      message: join("No node has room for it: add a node or free resources.", scheduled.message),
    };
  }
  for (const status of pod.status?.containerStatuses ?? []) {
    const problem = findContainerProblem(status);
    if (problem) return problem;
  }
  if (pod.status?.phase !== "Failed") return undefined;
  return { reason: pod.status.reason ?? "PodFailed", message: pod.status.message ?? "The pod failed." };
}

function findContainerProblem({ ready, state, lastState }: ContainerStatus): Problem | undefined {
  const waiting = state?.waiting;
  const ended = state?.terminated ?? lastState?.terminated;
  if (!ready && ended?.reason === "OOMKilled") {
    return {
      reason: "OOMKilled",
      message: "It needs more memory than its plan gives: choose a larger plan.",
    };
  }
  const advice = adviceByWaitingReason[waiting?.reason ?? ""];
  if (!advice) return undefined;
  const exit = ended?.exitCode === undefined ? undefined : `Last exit code: ${ended.exitCode}.`;
  return { reason: waiting?.reason ?? "", message: join(advice, exit, waiting?.message) };
}

/** What a controller says about pods that it could not even create. */
export function findControllerProblem(conditions: StatusCondition[] = []): Problem | undefined {
  const failure = conditions.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  if (failure) {
    const isQuota = failure.message?.includes("exceeded quota");
    return {
      reason: isQuota ? "QuotaExceeded" : (failure.reason ?? "FailedCreate"),
      message: join(isQuota ? "The namespace's quota is used up." : "Its pod is refused.", failure.message),
    };
  }
  const progress = conditions.find(({ type, status }) => type === "Progressing" && status === "False");
  return progress && { reason: progress.reason ?? "NotProgressing", message: progress.message ?? "" };
}

import type { Condition, Deployment, ReplicaSet } from "../../client/kube-types.ts";
import { fromTime, toTime } from "../../client/time.ts";
import { findCondition, withCondition } from "../conditions.ts";
import { type Rollout, resolveLimits } from "./rollout.ts";

type Status = NonNullable<Deployment["status"]>;

const total = (
  sets: ReplicaSet[],
  count: (status: NonNullable<ReplicaSet["status"]>) => number | undefined,
) => sets.reduce((amount, { status }) => amount + ((status && count(status)) ?? 0), 0);

const buildCounts = ({ deployment, current, old }: Rollout): Status => {
  const sets = current ? [current, ...old] : old;
  const availableReplicas = total(sets, (status) => status.availableReplicas);
  const wanted = sets.reduce((amount, { spec }) => amount + (spec.replicas ?? 0), 0);
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: total(sets, (status) => status.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: total(sets, (status) => status.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, wanted - availableReplicas),
  };
};

const buildAvailable = (deployment: Deployment, counts: Status): Condition => {
  const { replicas = 1 } = deployment.spec;
  return (counts.availableReplicas ?? 0) >= replicas - resolveLimits(deployment).maxUnavailable
    ? {
        type: "Available",
        status: "True",
        reason: "MinimumReplicasAvailable",
        message: "Deployment has minimum availability.",
      }
    : {
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
};

const isComplete = ({ spec }: Deployment, counts: Status): boolean => {
  const { replicas = 1 } = spec;
  return [counts.replicas, counts.updatedReplicas, counts.availableReplicas].every(
    (count) => count === replicas,
  );
};

const hasProgressed = (counts: Status, before: Status | undefined): boolean => {
  const old = (status: Status | undefined): number =>
    (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  const grew = (key: "updatedReplicas" | "readyReplicas" | "availableReplicas"): boolean =>
    (counts[key] ?? 0) > (before?.[key] ?? 0);
  return (
    grew("updatedReplicas") || grew("readyReplicas") || grew("availableReplicas") || old(counts) < old(before)
  );
};

/** When the rollout that is under way runs out of time; undefined when none is. */
export const findProgressDeadlineMs = (deployment: Deployment): number | undefined => {
  const condition = findCondition(deployment, "Progressing");
  if (!condition || condition.status === "False" || condition.reason === "NewReplicaSetAvailable") return;
  return fromTime(condition.lastUpdateTime) + (deployment.spec.progressDeadlineSeconds ?? 600) * 1_000;
};

const buildProgressing = ({ deployment, current }: Rollout, counts: Status, nowMs: number): Condition => {
  const type = "Progressing";
  const name = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const before = findCondition(deployment, type);
  const isOld = counts.observedGeneration !== deployment.status?.observedGeneration;
  if (isComplete(deployment, counts)) {
    const message = `${name} has successfully progressed.`;
    return { type, status: "True", reason: "NewReplicaSetAvailable", message };
  }
  const wasComplete =
    before?.reason === "NewReplicaSetAvailable" && counts.replicas === counts.updatedReplicas && !isOld;
  if (before && wasComplete) return before;
  const isFresh = !before || isOld || hasProgressed(counts, deployment.status);
  if (isFresh)
    return { type, status: "True", reason: "ReplicaSetUpdated", message: `${name} is progressing.` };
  const deadlineMs = findProgressDeadlineMs(deployment);
  if (deadlineMs === undefined || deadlineMs > nowMs) return before;
  const message = `${name} has timed out progressing.`;
  return { type, status: "False", reason: "ProgressDeadlineExceeded", message };
};

/** A Deployment's whole status from its ReplicaSets. */
export function buildDeploymentStatus(rollout: Rollout, nowMs: number): Status {
  const { deployment, current, old } = rollout;
  const counts = buildCounts(rollout);
  const at = toTime(nowMs);
  const before = deployment.status?.conditions;
  const isNew = counts.observedGeneration !== deployment.status?.observedGeneration;
  const hasMoved = isNew || hasProgressed(counts, deployment.status);
  const set = (conditions: Condition[] | undefined, next: Condition, isTouched = false): Condition[] => {
    const known = conditions?.find(({ type }) => type === next.type);
    const isSame =
      known?.status === next.status && known.reason === next.reason && known.message === next.message;
    const lastUpdateTime = isSame && !isTouched ? (known.lastUpdateTime ?? at) : at;
    return withCondition(conditions, { ...next, lastUpdateTime }, at);
  };
  const progressing = buildProgressing(rollout, counts, nowMs);
  let conditions = set(before, buildAvailable(deployment, counts));
  conditions = set(conditions, progressing, hasMoved && progressing.reason === "ReplicaSetUpdated");
  const failure = [current, ...old].flatMap((replicaSet) =>
    replicaSet ? (findCondition(replicaSet, "ReplicaFailure") ?? []) : [],
  )[0];
  conditions = failure
    ? set(conditions, failure)
    : conditions.filter(({ type }) => type !== "ReplicaFailure");
  return { ...counts, conditions };
}

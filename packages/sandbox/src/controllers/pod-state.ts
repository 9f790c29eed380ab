import type { KubeObject, Pod } from "../client/kube-types.ts";
import { fromTime } from "../client/time.ts";
import { findCondition, hasCondition } from "./conditions.ts";

/** Whether a pod has run to its end. */
export const isFinished = (pod: Pod): boolean =>
  pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";

/** Whether a pod counts as one of its owner's replicas. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && !pod.metadata.deletionTimestamp;

export const isReady = (pod: Pod): boolean => hasCondition(pod, "Ready");

/** For how long a pod must still stay ready to count as available: 0 when it does, Infinity when it is not ready. */
export const untilAvailableMs = (pod: Pod, minReadySeconds: number | undefined, nowMs: number): number => {
  if (!isReady(pod)) return Number.POSITIVE_INFINITY;
  const since = fromTime(findCondition(pod, "Ready")?.lastTransitionTime);
  return minReadySeconds ? Math.max(0, since + minReadySeconds * 1_000 - nowMs) : 0;
};

/** Whether `owner` is the object's controller. */
export const isControlledBy = (object: KubeObject, owner: KubeObject): boolean =>
  object.metadata.ownerReferences?.some((ref) => ref.controller && ref.uid === owner.metadata.uid) ?? false;

export const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;

export const splitKey = (key: string): [namespace: string, name: string] => {
  const at = key.indexOf("/");
  return [key.slice(0, at), key.slice(at + 1)];
};

/** The key of the object's controller when it is of this kind. */
export const findControllerKey = (object: KubeObject, kind: string): string | undefined => {
  const owner = object.metadata.ownerReferences?.find((ref) => ref.controller && ref.kind === kind);
  return owner && `${object.metadata.namespace ?? ""}/${owner.name}`;
};

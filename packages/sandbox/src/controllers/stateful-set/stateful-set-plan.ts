import type { PersistentVolumeClaim, Pod, StatefulSet } from "../../client/kube-types.ts";
import { isFinished, isReady, untilAvailableMs } from "../pod-state.ts";
import { buildControllerReference, buildPod, hashOf } from "../pod-template.ts";

export const revisionLabel = "controller-revision-hash";

/** The name of the revision that a StatefulSet's pods should have. */
export const revisionOf = ({ metadata, spec }: StatefulSet): string =>
  `${metadata.name}-${hashOf(spec.template)}`;

/** The number at the end of a StatefulSet's pod's name. */
export const ordinalOf = (pod: Pod): number =>
  Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf("-") + 1));

/** The next steps for a StatefulSet: which pods to make, which to delete; with OrderedReady one at a time. */
export interface StatefulSetPlan {
  create: number[];
  remove: Pod[];
}

const planPresent = (
  set: StatefulSet,
  byOrdinal: Map<number, Pod>,
): StatefulSetPlan & { isSettled: boolean } => {
  const ordinals = Array.from({ length: set.spec.replicas ?? 1 }, (_, ordinal) => ordinal);
  const unsettled = ordinals.filter((ordinal) => {
    const pod = byOrdinal.get(ordinal);
    return !pod || !isReady(pod) || pod.metadata.deletionTimestamp;
  });
  const now = set.spec.podManagementPolicy === "Parallel" ? unsettled : unsettled.slice(0, 1);
  const present = now.flatMap((ordinal) => byOrdinal.get(ordinal) ?? []);
  return {
    create: now.filter((ordinal) => !byOrdinal.has(ordinal)),
    remove: present.filter((pod) => isFinished(pod) && !pod.metadata.deletionTimestamp),
    isSettled: unsettled.length === 0,
  };
};

const findOutdated = (set: StatefulSet, pods: Pod[]): Pod | undefined => {
  const { updateStrategy } = set.spec;
  if (updateStrategy?.type === "OnDelete") return;
  const revision = revisionOf(set);
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
  return pods.find((pod) => ordinalOf(pod) >= partition && pod.metadata.labels?.[revisionLabel] !== revision);
};

/** What to do now: fill up from the lowest, shrink from the highest, then update from the highest. */
export function planStatefulSet(set: StatefulSet, pods: Pod[]): StatefulSetPlan {
  if (set.metadata.deletionTimestamp) return { create: [], remove: [] };
  const isOrdered = set.spec.podManagementPolicy !== "Parallel";
  const highestFirst = [...pods].sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const { create, remove, isSettled } = planPresent(set, new Map(pods.map((pod) => [ordinalOf(pod), pod])));
  if (isOrdered && !isSettled) return { create, remove };
  const surplus = highestFirst.filter((pod) => ordinalOf(pod) >= (set.spec.replicas ?? 1));
  const leaving = isOrdered ? surplus.slice(0, 1) : surplus;
  remove.push(...leaving.filter((pod) => !pod.metadata.deletionTimestamp));
  if (!isSettled || surplus.length > 0) return { create, remove };
  const outdated = findOutdated(set, highestFirst);
  return { create, remove: outdated ? [outdated] : [] };
}

/** A StatefulSet's pod, with its stable name and its own claims. */
export function buildStatefulPod(set: StatefulSet, ordinal: number): Pod {
  const { name: setName, namespace = "" } = set.metadata;
  const name = `${setName}-${ordinal}`;
  const pod = buildPod({
    template: set.spec.template,
    name,
    namespace,
    owner: buildControllerReference("apps/v1", "StatefulSet", set),
    labels: {
      "statefulset.kubernetes.io/pod-name": name,
      "apps.kubernetes.io/pod-index": String(ordinal),
      [revisionLabel]: revisionOf(set),
    },
  });
  const claimed = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  pod.spec.hostname = name;
  if (set.spec.serviceName) pod.spec.subdomain = set.spec.serviceName;
  pod.spec.volumes = [
    ...(pod.spec.volumes ?? []).filter((volume) => !claimed.includes(volume.name)),
    ...claimed.map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: `${claim}-${name}` } })),
  ];
  return pod;
}

/** The claims of one ordinal; they outlive the pod. */
export const buildClaims = (set: StatefulSet, ordinal: number): PersistentVolumeClaim[] =>
  (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    metadata: {
      name: `${template.metadata.name}-${set.metadata.name}-${ordinal}`,
      namespace: set.metadata.namespace ?? "",
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(template.metadata.annotations ? { annotations: template.metadata.annotations } : {}),
    },
    spec: structuredClone(template.spec ?? {}),
  }));

/** A StatefulSet's whole status from its pods. */
export function buildStatefulSetStatus(
  set: StatefulSet,
  pods: Pod[],
  nowMs: number,
): NonNullable<StatefulSet["status"]> {
  const updateRevision = revisionOf(set);
  const present = pods.filter((pod) => !pod.metadata.deletionTimestamp);
  const ofRevision = (revision: string): number =>
    present.filter(({ metadata }) => metadata.labels?.[revisionLabel] === revision).length;
  const isUpdated = ofRevision(updateRevision) === (set.spec.replicas ?? 1) && present.every(isReady);
  const currentRevision = isUpdated ? updateRevision : (set.status?.currentRevision ?? updateRevision);
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    readyReplicas: present.filter(isReady).length,
    availableReplicas: present.filter((pod) => untilAvailableMs(pod, set.spec.minReadySeconds, nowMs) === 0)
      .length,
    currentReplicas: ofRevision(currentRevision),
    updatedReplicas: ofRevision(updateRevision),
    currentRevision,
    updateRevision,
  };
}

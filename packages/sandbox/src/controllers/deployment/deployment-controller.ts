import type { Deployment, ReplicaSet } from "../../client/kube-types.ts";
import type { Cluster } from "../cluster.ts";
import { findControllerKey, isControlledBy, isFinished, keyOf, splitKey } from "../pod-state.ts";
import { buildControllerReference, hashOf, stableJson } from "../pod-template.ts";
import type { WorkQueue } from "../work-queue.ts";
import { buildDeploymentStatus, findProgressDeadlineMs } from "./deployment-status.ts";
import {
  findOutdated,
  planCurrentSize,
  planOldSizes,
  type Rollout,
  revisionAnnotation,
  revisionOf,
  type Scaling,
} from "./rollout.ts";

const hashLabel = "pod-template-hash";

const readRollout = (cluster: Cluster, deployment: Deployment): Rollout => {
  const { namespace, name } = deployment.metadata;
  const owned = cluster.replicaSets.list(namespace).filter((set) => isControlledBy(set, deployment));
  const hash = hashOf(deployment.spec.template);
  const current = owned.find(({ metadata }) => metadata.name === `${name}-${hash}`);
  const old = owned.filter((set) => set !== current).sort((a, b) => revisionOf(a) - revisionOf(b));
  const hasOldPods = cluster.pods
    .list(namespace)
    .some((pod) => !isFinished(pod) && old.some((set) => isControlledBy(pod, set)));
  return { deployment, current, old, hasOldPods };
};

const nextRevision = ({ old }: Rollout): string => String(Math.max(0, ...old.map(revisionOf)) + 1);

const buildReplicaSet = (cluster: Cluster, rollout: Rollout): ReplicaSet => {
  const { metadata, spec } = rollout.deployment;
  const hash = hashOf(spec.template);
  const labels = { ...spec.template.metadata?.labels, [hashLabel]: hash };
  const { apiVersion, kind } = cluster.deployments;
  return {
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace ?? "",
      labels,
      annotations: { [revisionAnnotation]: nextRevision(rollout) },
      ownerReferences: [buildControllerReference(apiVersion, kind, rollout.deployment)],
    },
    spec: {
      replicas: planCurrentSize(rollout),
      selector: {
        ...spec.selector,
        matchLabels: { ...spec.selector.matchLabels, [hashLabel]: hash },
      },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
      ...(spec.minReadySeconds ? { minReadySeconds: spec.minReadySeconds } : {}),
    },
  };
};

const followChanges = ({ deployments, replicaSets, pods }: Cluster, queue: WorkQueue): void => {
  const addOwner = (key: string | undefined): void => {
    if (key) queue.add(key);
  };
  deployments.listen((_type, deployment) => queue.add(keyOf(deployment)));
  replicaSets.listen((_type, set) => addOwner(findControllerKey(set, "Deployment")));
  // Recreate waits for the last old pod, which no ReplicaSet counts any more.
  pods.listen((type, pod) => {
    const setKey = type === "DELETED" ? findControllerKey(pod, "ReplicaSet") : undefined;
    const set = setKey && replicaSets.get(...splitKey(setKey));
    if (set) addOwner(findControllerKey(set, "Deployment"));
  });
};

/** Makes Deployments into ReplicaSets: rolling updates, Recreate, revisions and status. */
export function makeDeploymentController(cluster: Cluster): WorkQueue {
  const { deployments, replicaSets } = cluster;
  const recordEvent = cluster.recorder("deployment-controller");

  const announce = (deployment: Deployment, name: string, [from, to]: [from: number, to: number]): void =>
    recordEvent({
      about: deployments.refer(deployment),
      type: "Normal",
      reason: "ScalingReplicaSet",
      message: `Scaled ${to > from ? "up" : "down"} replica set ${name} from ${from} to ${to}`,
    });

  const scale = async (deployment: Deployment, { replicaSet, replicas }: Scaling): Promise<void> => {
    const from = replicaSet.spec.replicas ?? 0;
    await replicaSets.update({ ...replicaSet, spec: { ...replicaSet.spec, replicas } });
    announce(deployment, replicaSet.metadata.name, [from, replicas]);
  };

  const ensureCurrent = async (rollout: Rollout): Promise<void> => {
    const { deployment, current, old } = rollout;
    if (!current) {
      const made = await replicaSets.create(buildReplicaSet(cluster, rollout));
      if (made.spec.replicas) announce(deployment, made.metadata.name, [0, made.spec.replicas]);
    } else if (old.some((set) => revisionOf(set) >= revisionOf(current))) {
      const annotations = { ...current.metadata.annotations, [revisionAnnotation]: nextRevision(rollout) };
      await replicaSets.update({ ...current, metadata: { ...current.metadata, annotations } });
    }
  };

  const applySizes = async (rollout: Rollout): Promise<void> => {
    const { deployment, current, old } = rollout;
    const size = planCurrentSize(rollout);
    const isResized = current !== undefined && current.spec.replicas !== size;
    const scalings = isResized ? [{ replicaSet: current, replicas: size }] : planOldSizes(rollout);
    for (const scaling of scalings) await scale(deployment, scaling);
    for (const outdated of findOutdated(deployment, old)) await replicaSets.remove(outdated);
  };

  const writeStatus = async (rollout: Rollout): Promise<void> => {
    let { deployment } = rollout;
    const revision = rollout.current?.metadata.annotations?.[revisionAnnotation];
    if (revision && deployment.metadata.annotations?.[revisionAnnotation] !== revision) {
      const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: revision };
      deployment = await deployments.update({
        ...deployment,
        metadata: { ...deployment.metadata, annotations },
      });
    }
    const status = buildDeploymentStatus({ ...rollout, deployment }, cluster.nowMs());
    if (stableJson(status) !== stableJson(deployment.status))
      await deployments.updateStatus({ ...deployment, status });
  };

  const reconcile = async (key: string): Promise<number | undefined> => {
    const deployment = deployments.get(...splitKey(key));
    if (!deployment || deployment.metadata.deletionTimestamp) return;
    const before = readRollout(cluster, deployment);
    if (!deployment.spec.paused) await ensureCurrent(before);
    const rollout = readRollout(cluster, deployment);
    if (rollout.current) await applySizes(rollout);
    await writeStatus(readRollout(cluster, deployment));
    const deadlineMs = findProgressDeadlineMs(deployments.get(...splitKey(key)) ?? deployment);
    return deadlineMs && Math.max(1_000, deadlineMs - cluster.nowMs() + 1_000);
  };

  const queue = cluster.makeQueue("deployment", reconcile);
  followChanges(cluster, queue);
  return queue;
}

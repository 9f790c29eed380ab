import type { Cluster } from "./cluster.ts";
import { keyOf, splitKey } from "./pod-state.ts";
import type { WorkQueue } from "./work-queue.ts";

const ensureBound = async (cluster: Cluster, key: string): Promise<undefined> => {
  const volume = cluster.volumes.get(undefined, key);
  const { namespace, name, uid } = volume?.spec.claimRef ?? {};
  const claim = name ? cluster.claims.get(namespace, name) : undefined;
  if (!volume || !claim || claim.metadata.uid !== uid || claim.metadata.deletionTimestamp) return;
  const spec = { ...claim.spec, volumeName: key };
  const bound = claim.spec?.volumeName === key ? claim : await cluster.claims.update({ ...claim, spec });
  const { accessModes = [], capacity = {} } = volume.spec;
  if (bound.status?.phase !== "Bound" || bound.status.capacity?.storage !== capacity.storage) {
    const status = { ...bound.status, phase: "Bound", accessModes, capacity };
    await cluster.claims.updateStatus({ ...bound, status });
  }
  if (volume.status?.phase !== "Bound") {
    await cluster.volumes.updateStatus({ ...volume, status: { ...volume.status, phase: "Bound" } });
  }
};

/** Binds volumes that were made for a claim to it, as kube-controller-manager does. */
export function makeVolumeBinder(cluster: Cluster): WorkQueue {
  const { claims, volumes } = cluster;
  const queue = cluster.makeQueue("volume-binder", (key) => ensureBound(cluster, splitKey(key)[1]));
  volumes.listen((_type, volume) => queue.add(keyOf(volume)));
  claims.listen((_type, claim) => {
    if (claim.spec?.volumeName) queue.add(`/${claim.spec.volumeName}`);
  });
  return queue;
}

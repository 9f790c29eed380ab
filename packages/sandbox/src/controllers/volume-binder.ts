import type { Cluster } from "./cluster.ts";
import { keyOf, splitKey } from "./pod-state.ts";
import { findClass, provisionerAnnotation } from "./volume-provisioner.ts";
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

// The older name is still written beside the newer one.
const announcements = [provisionerAnnotation, "volume.beta.kubernetes.io/storage-provisioner"];

const announce = async (cluster: Cluster, key: string): Promise<undefined> => {
  const claim = cluster.claims.get(...splitKey(key));
  if (!claim || claim.spec?.volumeName || claim.metadata.annotations?.[provisionerAnnotation]) return;
  const maker = findClass(cluster, claim)?.provisioner;
  if (!maker || claim.metadata.deletionTimestamp) return;
  const told = Object.fromEntries(announcements.map((name) => [name, maker]));
  const annotations = { ...claim.metadata.annotations, ...told };
  await cluster.claims.update({ ...claim, metadata: { ...claim.metadata, annotations } });
};

/** Tells who is to make a claim's volume, and binds what was made, as kube-controller-manager does. */
export function makeVolumeBinder(cluster: Cluster): WorkQueue {
  const { claims, volumes, storageClasses } = cluster;
  const queue = cluster.makeQueue("volume-binder", (key) =>
    key.startsWith("/") ? ensureBound(cluster, key.slice(1)) : announce(cluster, key),
  );
  volumes.listen((_type, volume) => queue.add(keyOf(volume)));
  claims.listen((_type, claim) =>
    queue.add(claim.spec?.volumeName ? `/${claim.spec.volumeName}` : keyOf(claim)),
  );
  storageClasses.listen((type) => {
    if (type === "ADDED") for (const claim of claims.list()) queue.add(keyOf(claim));
  });
  return queue;
}

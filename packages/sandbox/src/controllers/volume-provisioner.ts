import { isApiError } from "../client/api-error.ts";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../client/kube-types.ts";
import type { Cluster } from "./cluster.ts";
import { keyOf, splitKey } from "./pod-state.ts";
import type { WorkQueue } from "./work-queue.ts";

const provisioner = "sandbox.kubelet/folder";
const defaultAnnotation = "storageclass.kubernetes.io/is-default-class";

/** On a PersistentVolume: the name of the folder in which a kubelet of the sandbox keeps it. */
export const volumeFolderAnnotation = "sandbox.kubelet/folder";

const defaultClass: StorageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "sandbox", annotations: { [defaultAnnotation]: "true" } },
  provisioner,
  reclaimPolicy: "Delete",
  volumeBindingMode: "Immediate",
  allowVolumeExpansion: true,
};

/** Set by kube-controller-manager on a claim that waits for a volume: who is to make it. */
export const provisionerAnnotation = "volume.kubernetes.io/storage-provisioner";

/** The class of a claim: the one it names, or the default one. */
export const findClass = (cluster: Cluster, claim: PersistentVolumeClaim): StorageClass | undefined => {
  const name = claim.spec?.storageClassName;
  return cluster.storageClasses
    .list()
    .find((one) => (name === undefined ? isDefault(one) : one.metadata.name === name));
};

/** The volume that is made for a claim. */
export const buildVolume = (claim: PersistentVolumeClaim, storageClass: StorageClass): PersistentVolume => {
  const { name, namespace = "", uid = "" } = claim.metadata;
  const folder = `pvc-${uid}`;
  return {
    metadata: {
      name: folder,
      annotations: { "pv.kubernetes.io/provisioned-by": provisioner, [volumeFolderAnnotation]: folder },
    },
    spec: {
      accessModes: claim.spec?.accessModes ?? ["ReadWriteOnce"],
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? "1Gi" },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
      hostPath: { path: `/var/lib/sandbox/volumes/${folder}`, type: "DirectoryOrCreate" },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
      storageClassName: storageClass.metadata.name,
      volumeMode: "Filesystem",
    },
  };
};

const isDefault = ({ metadata }: StorageClass): boolean =>
  metadata.annotations?.[defaultAnnotation] === "true";

const ensureDefaultClass = async (cluster: Cluster): Promise<undefined> => {
  const found = cluster.storageClasses.list().find(isDefault);
  // One that an earlier sandbox made did not say that its volumes can grow.
  if (found?.provisioner === provisioner && !found.allowVolumeExpansion) {
    await cluster.storageClasses.update({ ...found, allowVolumeExpansion: true });
  }
  if (found) return;
  await cluster.storageClasses.create(defaultClass).catch((error: unknown) => {
    if (!isApiError(error, 409)) throw error;
  });
};

const ensureVolume = async (
  cluster: Cluster,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
): Promise<PersistentVolume> => {
  const wanted = buildVolume(claim, storageClass);
  const volume =
    cluster.volumes.get(undefined, wanted.metadata.name) ?? (await cluster.volumes.create(wanted));
  if (volume.spec.capacity?.storage === wanted.spec.capacity?.storage) return volume;
  return cluster.volumes.update({
    ...volume,
    spec: { ...volume.spec, capacity: wanted.spec.capacity ?? {} },
  });
};

const ensureProvisioned = async (cluster: Cluster, key: string): Promise<undefined> => {
  const claim = cluster.claims.get(...splitKey(key));
  if (claim?.metadata.annotations?.[provisionerAnnotation] !== provisioner) return;
  const storageClass = findClass(cluster, claim);
  if (!storageClass || claim.metadata.deletionTimestamp) return;
  const { capacity } = (await ensureVolume(cluster, claim, storageClass)).spec;
  // As CSI's resizer does: kube-controller-manager tells the size once, when it binds the claim.
  if (claim.status?.phase === "Bound" && claim.status.capacity?.storage !== capacity?.storage) {
    await cluster.claims.updateStatus({ ...claim, status: { ...claim.status, capacity: capacity ?? {} } });
  }
};

const reclaim = async (cluster: Cluster, name: string): Promise<undefined> => {
  const volume = cluster.volumes.get(undefined, name);
  const claimRef = volume?.spec.claimRef;
  if (!volume || !claimRef?.name || volume.metadata.deletionTimestamp) return;
  if (cluster.claims.get(claimRef.namespace, claimRef.name)?.metadata.uid === claimRef.uid) return;
  if (volume.metadata.annotations?.["pv.kubernetes.io/provisioned-by"] !== provisioner) return;
  if (volume.spec.persistentVolumeReclaimPolicy === "Delete") await cluster.volumes.remove(volume);
  else if (volume.status?.phase !== "Released") {
    await cluster.volumes.updateStatus({ ...volume, status: { ...volume.status, phase: "Released" } });
  }
};

/** Makes a volume for every claim of the sandbox's storage classes, and takes it back when the claim is gone. */
export function makeVolumeProvisioner(cluster: Cluster): WorkQueue {
  const { claims, volumes, storageClasses } = cluster;
  const reconcile = (key: string): Promise<undefined> => {
    if (key === "class") return ensureDefaultClass(cluster);
    return key.startsWith("/") ? reclaim(cluster, key.slice(1)) : ensureProvisioned(cluster, key);
  };
  const queue = cluster.makeQueue("volume-provisioner", reconcile);
  claims.listen((type, claim) => {
    queue.add(keyOf(claim));
    if (type === "DELETED" && claim.spec?.volumeName) queue.add(`/${claim.spec.volumeName}`);
  });
  volumes.listen((_type, volume) => {
    queue.add(keyOf(volume));
    const { namespace, name } = volume.spec.claimRef ?? {};
    if (namespace && name) queue.add(`${namespace}/${name}`);
  });
  storageClasses.listen((type) => {
    if (type === "ADDED") for (const claim of claims.list()) queue.add(keyOf(claim));
  });
  queue.add("class");
  return queue;
}

import { lstat, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type {
  ApiClient,
  Container,
  KeyToPath,
  PersistentVolume,
  PersistentVolumeClaim,
  Volume,
} from "../client/index.ts";
import { isApiError } from "../client/index.ts";
import type { ConfigReader, ConfigSource } from "./config-reader.ts";
import { ContainerWaiting } from "./container-waiting.ts";
import { type PodView, readField } from "./pod-environment.ts";

interface DownwardItem {
  path: string;
  fieldRef?: { fieldPath: string };
}

type AnyVolume = Volume & {
  hostPath?: { path: string };
  downwardAPI?: { items?: DownwardItem[] };
  projected?: { sources?: { downwardAPI?: { items?: DownwardItem[] } }[] };
};

export interface VolumeFile {
  path: string;
  data: Buffer;
  mode: number;
}

export interface VolumeSources extends PodView {
  client: ApiClient;
  config: ConfigReader;
  /** The pod's own folder. */
  podDir: string;
  /** Where the folders of persistent volumes are. */
  volumesDir: string;
}

type Projection = { name: string; items?: KeyToPath[]; optional?: boolean };

const readProjection = async (
  config: ConfigReader,
  kind: ConfigSource["kind"],
  { name, items, optional, mode }: Projection & { mode: number },
): Promise<VolumeFile[]> => {
  const source = { kind, name, optional };
  if (!items) return [...(await config.read(source))].map(([path, data]) => ({ path, data, mode }));
  const files = items.map(async (item) => {
    const data = await config.readKey(source, item.key);
    return data ? [{ path: item.path, data, mode: item.mode ?? mode }] : [];
  });
  return (await Promise.all(files)).flat();
};

const readDownward = (view: PodView, items: DownwardItem[] = []): VolumeFile[] =>
  items.map(({ path, fieldRef }) => ({
    path,
    data: Buffer.from(fieldRef ? readField(view, fieldRef.fieldPath) : ""),
    mode: 0o644,
  }));

/** The files of a volume that is made of objects; undefined for a volume that is a folder. */
export const readVolumeFiles = async (
  volume: AnyVolume,
  sources: VolumeSources,
): Promise<VolumeFile[] | undefined> => {
  const { config } = sources;
  const { secret, configMap, projected, downwardAPI } = volume;
  const mode = (secret ?? configMap ?? projected)?.defaultMode ?? 0o644;
  if (secret) return readProjection(config, "secret", { ...secret, name: secret.secretName, mode });
  if (configMap) return readProjection(config, "configmap", { ...configMap, mode });
  if (downwardAPI) return readDownward(sources, downwardAPI.items);
  if (!projected) return undefined;
  const parts = (projected.sources ?? []).map(async (source) => [
    ...(source.secret ? await readProjection(config, "secret", { ...source.secret, mode }) : []),
    ...(source.configMap ? await readProjection(config, "configmap", { ...source.configMap, mode }) : []),
    ...readDownward(sources, (source as { downwardAPI?: { items?: DownwardItem[] } }).downwardAPI?.items),
  ]);
  return (await Promise.all(parts)).flat();
};

// Such a volume's host path is a name only: its folder is among the sandbox's own.
const folderAnnotation = "sandbox.kubelet/folder";

/** The name of a persistent volume's folder. */
export const volumeFolderName = ({ metadata }: PersistentVolume): string =>
  basename(metadata.annotations?.[folderAnnotation] ?? metadata.name);

const findClaimFolder = async (claimName: string, sources: VolumeSources): Promise<string> => {
  const { client, volumesDir, pod } = sources;
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/persistentvolumeclaims`;
  const claim = await client
    .request<PersistentVolumeClaim>("GET", `${path}/${claimName}`)
    .catch((error: unknown) => {
      if (isApiError(error, 404)) return undefined;
      throw error;
    });
  const volumeName = claim?.spec?.volumeName;
  if (!volumeName) {
    const what = claim ? "is not bound" : "not found";
    const seenVersion = claim?.metadata.resourceVersion;
    throw new ContainerWaiting("ContainerCreating", `persistentvolumeclaim "${claimName}" ${what}`, {
      path,
      name: claimName,
      ...(seenVersion ? { seenVersion } : {}),
    });
  }
  const volume = await client.request<PersistentVolume>("GET", `/api/v1/persistentvolumes/${volumeName}`);
  return volume.metadata.annotations?.[folderAnnotation] || !volume.spec.hostPath
    ? join(volumesDir, volumeFolderName(volume))
    : volume.spec.hostPath.path;
};

/** The folder that a volume's data is in, made when it is missing. Throws ContainerWaiting. */
export const ensureVolumeFolder = async (volume: AnyVolume, sources: VolumeSources): Promise<string> => {
  const claimName = volume.persistentVolumeClaim?.claimName;
  const folder = claimName
    ? await findClaimFolder(claimName, sources)
    : (volume.hostPath?.path ?? join(sources.podDir, "volumes", volume.name));
  await mkdir(folder, { recursive: true });
  return folder;
};

/** Writes a volume's files anew. */
export const writeVolumeFiles = async (folder: string, files: VolumeFile[]): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { path, data, mode } of files) {
    const file = join(folder, join("/", path));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data, { mode });
  }
};

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Lays links to the volumes' folders into the folder that stands for the container's `/`. */
export const linkMounts = async (
  root: string,
  container: Container,
  folders: Map<string, string>,
): Promise<void> => {
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  // Outer mounts first: an inner one lies within.
  const mounts = (container.volumeMounts ?? []).toSorted((a, b) => a.mountPath.length - b.mountPath.length);
  for (const { name, mountPath, subPath } of mounts) {
    const folder = folders.get(name);
    if (folder === undefined)
      throw new ContainerWaiting("CreateContainerError", `volume "${name}" is not defined`);
    const target = subPath ? join(folder, join("/", subPath)) : folder;
    if (!(await exists(target))) await mkdir(target, { recursive: true });
    const link = join(root, join("/", mountPath));
    await mkdir(dirname(link), { recursive: true });
    await rm(link, { recursive: true, force: true });
    await symlink(target, link);
  }
};

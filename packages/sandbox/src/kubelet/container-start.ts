import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Container, Pod } from "../client/index.ts";
import { parseQuantity } from "../client/quantity.ts";
import { type ImageRunner, parseImageName } from "../images/index.ts";
import { type ManagedProcess, spawnManaged } from "../processes/index.ts";
import { makeConfigReader } from "./config-reader.ts";
import { ContainerWaiting } from "./container-waiting.ts";
import { type KubeletContext, logFileOf, podDirOf } from "./kubelet-context.ts";
import type { PodAddress } from "./pod-addresses.ts";
import { expandVariables, resolveEnvironment } from "./pod-environment.ts";
import {
  ensureVolumeFolder,
  linkMounts,
  readVolumeFiles,
  type VolumeFile,
  type VolumeSources,
  writeVolumeFiles,
} from "./pod-volumes.ts";
import type { ProbeTarget } from "./probe-check.ts";
import { prepareTerminationMessage, readTerminationMessage } from "./termination-message.ts";

export interface ContainerStart {
  pod: Pod;
  container: Container;
  address: PodAddress;
  attempt: number;
  signal: AbortSignal;
  /** Told what the start is waiting for. */
  onWaiting(message: string): void;
}

export interface StartedContainer {
  process: ManagedProcess;
  /** Where its probes and commands go. */
  target: ProbeTarget;
  /** What it has left to say when it has ended. */
  lastWords(exitCode: number): Promise<string | undefined>;
}

const findRunner = (images: ImageRunner[], image: string): ImageRunner => {
  const runner = images.find((one) => one.matches(parseImageName(image)));
  if (runner) return runner;
  throw new ContainerWaiting(
    "ErrImagePull",
    `Failed to pull image "${image}": this node runs a few known images as local processes, and this is none of them`,
  );
};

const isText = (data: Buffer): boolean => !data.includes(0);

interface Mounted {
  folders: Map<string, string>;
  files: { folder: string; files: VolumeFile[] }[];
}

// Files made of objects are copies of the container's own: names in them are resolved when it starts.
const collectVolumes = async (
  sources: VolumeSources,
  container: Container,
  configDir: string,
): Promise<Mounted> => {
  const used = new Set((container.volumeMounts ?? []).map(({ name }) => name));
  const mounted: Mounted = { folders: new Map(), files: [] };
  for (const volume of sources.pod.spec.volumes ?? []) {
    if (!used.has(volume.name)) continue;
    const files = await readVolumeFiles(volume, sources);
    const folder = files ? join(configDir, volume.name) : await ensureVolumeFolder(volume, sources);
    mounted.folders.set(volume.name, folder);
    if (files) mounted.files.push({ folder, files });
  }
  return mounted;
};

const writeFiles = async (mounted: Mounted, rewrite: (text: string) => string): Promise<void> => {
  for (const { folder, files } of mounted.files) {
    const rewritten = files.map((file) => ({
      ...file,
      data: isText(file.data) ? Buffer.from(rewrite(file.data.toString("utf8"))) : file.data,
    }));
    await writeVolumeFiles(folder, rewritten);
  }
};

const makeTarget = (start: ContainerStart, env: Record<string, string>, root: string): ProbeTarget => ({
  address: start.address.ip,
  portOf: (port) => {
    const named = (start.container.ports ?? []).find(({ name }) => name === port)?.containerPort;
    const containerPort = named ?? Number(port);
    return start.address.ports[containerPort] ?? containerPort;
  },
  env,
  cwd: root,
  hostPath: (path) => join(root, path),
});

/** Prepares a container's environment, files and volumes and starts it. Throws ContainerWaiting, ContainerFailure. */
export async function startContainer(
  context: KubeletContext,
  start: ContainerStart,
): Promise<StartedContainer> {
  const { pod, container, address, signal } = start;
  const { client, volumesDir, hostIP } = context;
  const image = container.image ?? "";
  const runner = findRunner(context.images, image);
  const config = makeConfigReader(client, pod.metadata.namespace ?? "default");
  const view = { pod, podIP: address.ip, hostIP };
  const podDir = podDirOf(context, pod);
  const ownDir = join(podDir, "containers", container.name);
  const root = join(ownDir, "root");
  const workDir = join(ownDir, "work");

  const env = await resolveEnvironment({ ...view, container, config });
  const mounted = await collectVolumes(
    { ...view, client, config, podDir, volumesDir },
    container,
    join(ownDir, "config"),
  );
  const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) =>
    expandVariables(word, env),
  );
  const texts = mounted.files.flatMap(({ files }) =>
    files.map(({ data }) => (isText(data) ? data.toString("utf8") : "")),
  );
  const rewrite = await context.names.resolve([...texts, ...words, ...Object.values(env)], signal, (name) =>
    start.onWaiting(`waiting for an endpoint of ${name}`),
  );
  for (const [name, value] of Object.entries(env)) env[name] = rewrite(value);
  await writeFiles(mounted, rewrite);
  await linkMounts(root, container, mounted.folders);
  await prepareTerminationMessage(root, container);
  await mkdir(workDir, { recursive: true, mode: 0o755 });

  const target = makeTarget(start, env, root);
  const memoryLimitBytes = parseQuantity(container.resources?.limits?.memory);
  const plan = await runner.prepare({
    ...{ image, env, root, workDir, address: address.ip, listenPort: target.portOf },
    command: words.slice(0, container.command?.length ?? 0).map(rewrite),
    args: words.slice(container.command?.length ?? 0).map(rewrite),
    ...(memoryLimitBytes ? { memoryLimitBytes } : {}),
  });
  signal.throwIfAborted();
  const logFile = logFileOf(context, pod, { container: container.name, attempt: start.attempt });
  const process = await spawnManaged({ guardian: context.guardian, ...plan, logFile });
  const lastWords = (exitCode: number) => readTerminationMessage(container, { root, logFile, exitCode });
  return { process, target, lastWords };
}

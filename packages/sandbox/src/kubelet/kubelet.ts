import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type ApiClient,
  type EndpointSlice,
  type Log,
  makeInformer,
  type PersistentVolume,
  type Pod,
} from "../client/index.ts";
import type { ImageRunner } from "../images/index.ts";
import type { Guardian } from "../processes/index.ts";
import type { KubeletContext } from "./kubelet-context.ts";
import { listenKubelet } from "./kubelet-server.ts";
import { type NodeCapacity, registerNode } from "./node-registration.ts";
import { type Addressing, addLoAddress, makePodAddresses } from "./pod-addresses.ts";
import { makePodEvents } from "./pod-events.ts";
import { volumeFolderName } from "./pod-volumes.ts";
import { PodWorker } from "./pod-worker.ts";
import { makeProcessTable, type ProcessTable } from "./process-usage.ts";
import { makeServiceNames } from "./service-names.ts";
import { makeServingCertificate, type ServingCertificate } from "./serving-certificate.ts";

export interface KubeletOptions {
  client: ApiClient;
  log: Log;
  nodeName: string;
  /** This node's own folder. */
  dir: string;
  /** Folders of persistent volumes, shared by the nodes of one cluster; default `<dir>/volumes`. */
  volumesDir?: string;
  guardian: Guardian;
  images: ImageRunner[];
  capacity: NodeCapacity;
  /** Further labels, e.g. topology.kubernetes.io/zone. */
  labels?: Record<string, string>;
  addressing: Addressing;
  /** The first two numbers of the addresses of this node and its pods, e.g. `127.11`. */
  addressPrefix: string;
  /** Default: `<addressPrefix>.0.1`, or 127.0.0.1 when ports are mapped. */
  hostIP?: string;
  /** Of the kubelet's endpoints; default any free one. */
  port?: number;
  certificate?: ServingCertificate;
  /** Who may use the endpoints; see KubeletServerOptions. */
  clientCaPem?: string;
  token?: string;
  processes?: ProcessTable;
}

export interface Kubelet {
  hostIP: string;
  port: number;
  /** Ends every process and leaves the pods as they are, for the next start. */
  dispose(): Promise<void>;
}

const memoryCheckEveryMs = 2_000;
const folderNames = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

const removeAllBut = async (dir: string, names: string[], keep: Set<string>): Promise<void> => {
  const gone = names.filter((name) => !keep.has(name) && !name.startsWith("."));
  await Promise.all(gone.map((name) => rm(join(dir, name), { recursive: true, force: true })));
};

const followPods = (context: KubeletContext) => {
  const { client, log, nodeName } = context;
  const workers = new Map<string, PodWorker>();
  const remove = async (uid: string): Promise<void> => {
    await workers.get(uid)?.remove();
    workers.delete(uid);
  };
  const informer = makeInformer<Pod>({
    ...{ client, log, path: "/api/v1/pods", query: { fieldSelector: `spec.nodeName=${nodeName}` } },
    onChange: (type, pod) => {
      const uid = pod.metadata.uid ?? "";
      if (type === "DELETED")
        void remove(uid).catch((error: unknown) => log.error("A pod's remains stay", { uid, error }));
      else if (workers.has(uid)) workers.get(uid)?.update(pod);
      else workers.set(uid, new PodWorker(context, pod));
    },
  });
  const checkMemory = setInterval(() => {
    for (const worker of workers.values())
      for (const container of worker.containers) container.enforceMemoryLimit();
  }, memoryCheckEveryMs);
  checkMemory.unref();
  return {
    synced: informer.synced,
    list: () => [...workers.values()],
    async dispose() {
      clearInterval(checkMemory);
      informer.dispose();
      await Promise.all([...workers.values()].map((worker) => worker.letGo()));
    },
  };
};

const followVolumes = ({ client, log, volumesDir }: KubeletContext) =>
  makeInformer<PersistentVolume>({
    ...{ client, log, path: "/api/v1/persistentvolumes" },
    onChange: (type, volume) => {
      if (type === "DELETED")
        void rm(join(volumesDir, volumeFolderName(volume)), { recursive: true, force: true });
    },
  });

/** Starts a node: registers it, runs the pods bound to it as local processes, and serves the kubelet's endpoints. */
export async function makeKubelet(options: KubeletOptions): Promise<Kubelet> {
  const { client, log, nodeName, dir, addressing, addressPrefix: prefix } = options;
  const hostIP = options.hostIP ?? (addressing === "mapped" ? "127.0.0.1" : `${prefix}.0.1`);
  const ownAddress = addressing === "lo-device" ? await addLoAddress(hostIP) : undefined;
  const slices = makeInformer<EndpointSlice>({
    client,
    log,
    path: "/apis/discovery.k8s.io/v1/endpointslices",
  });
  const context: KubeletContext = {
    ...{ client, log, nodeName, hostIP, dir, guardian: options.guardian, images: options.images },
    volumesDir: options.volumesDir ?? join(dir, "volumes"),
    addresses: makePodAddresses({ addressing, prefix, file: join(dir, "addresses.json") }),
    names: makeServiceNames(client, slices),
    events: makePodEvents(client, log, nodeName),
    processes: options.processes ?? makeProcessTable(),
  };
  const podsDir = join(dir, "pods");
  await Promise.all([podsDir, context.volumesDir].map((folder) => mkdir(folder, { recursive: true })));
  // Looked at before the lists are: what comes later is not a leftover.
  const [oldPods, oldVolumes] = await Promise.all([folderNames(podsDir), folderNames(context.volumesDir)]);
  const stop = new AbortController();
  const pods = followPods(context);
  const volumes = followVolumes(context);
  const server = await listenKubelet({
    ...options,
    ...{ context, port: options.port ?? 0, listWorkers: pods.list },
    certificate: options.certificate ?? (await makeServingCertificate(nodeName, hostIP)),
  });
  const { capacity, labels = {} } = options;
  await registerNode(
    { client, log, nodeName, hostIP, kubeletPort: server.port, capacity, labels },
    stop.signal,
  );
  void pods.synced.then(() =>
    removeAllBut(podsDir, oldPods, new Set(pods.list().map(({ pod }) => pod.metadata.uid ?? ""))),
  );
  void volumes.synced.then(() =>
    removeAllBut(context.volumesDir, oldVolumes, new Set(volumes.list().map(volumeFolderName))),
  );

  return {
    ...{ hostIP, port: server.port },
    async dispose() {
      stop.abort();
      volumes.dispose();
      slices.dispose();
      await pods.dispose();
      await server.dispose();
      await context.addresses.dispose();
      await ownAddress?.dispose();
    },
  };
}

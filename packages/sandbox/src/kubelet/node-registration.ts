import { arch, cpus, hostname, platform, release } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import {
  type ApiClient,
  type Condition,
  isApiError,
  type KubeObject,
  type Lease,
  type Log,
  type Node,
  toTime,
} from "../client/index.ts";

export interface NodeCapacity {
  cpu: number;
  memoryBytes: number;
  pods: number;
}

export interface NodeOptions {
  client: ApiClient;
  log: Log;
  nodeName: string;
  hostIP: string;
  kubeletPort: number;
  capacity: NodeCapacity;
  labels: Record<string, string>;
}

const renewEveryMs = 10_000;
const leaseSeconds = 40;
const leasesPath = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
// As Go names them.
const machine = arch() === "x64" ? "amd64" : arch();
const system = platform() === "win32" ? "windows" : platform();

const buildResources = ({ cpu, memoryBytes, pods }: NodeCapacity): Record<string, string> => ({
  cpu: String(cpu),
  memory: `${Math.floor(memoryBytes / 1024)}Ki`,
  pods: String(pods),
  "ephemeral-storage": "100Gi",
});

const buildConditions = (readySince: string): Condition[] => {
  const now = toTime(Date.now());
  const times = { lastHeartbeatTime: now, lastTransitionTime: readySince };
  const fine = (type: string, reason: string, message: string): Condition => ({
    type,
    status: "False",
    reason,
    message,
    ...times,
  });
  return [
    fine("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    fine("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    fine("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    {
      type: "Ready",
      status: "True",
      reason: "KubeletReady",
      message: "kubelet is posting ready status",
      ...times,
    },
  ];
};

const buildLabels = ({ nodeName, labels }: NodeOptions): Record<string, string> => ({
  "kubernetes.io/hostname": nodeName,
  "kubernetes.io/os": system,
  "kubernetes.io/arch": machine,
  ...labels,
});

const buildStatus = ({ nodeName, hostIP, kubeletPort, capacity }: NodeOptions, readySince: string) => ({
  capacity: buildResources(capacity),
  allocatable: buildResources(capacity),
  conditions: buildConditions(readySince),
  addresses: [
    { type: "InternalIP", address: hostIP },
    { type: "Hostname", address: nodeName },
  ],
  daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
  nodeInfo: {
    ...{ machineID: hostname(), systemUUID: nodeName, bootID: nodeName, kernelVersion: release() },
    osImage: `${system} with ${cpus().length} processors`,
    containerRuntimeVersion: "sandbox://local-processes",
    ...{
      kubeletVersion: "v1.34.0-sandbox",
      kubeProxyVersion: "",
      operatingSystem: system,
      architecture: machine,
    },
  },
});

const createOrPatch = async <T extends KubeObject>(
  client: ApiClient,
  collection: string,
  object: T,
): Promise<T> => {
  try {
    return await client.request<T>("PATCH", `${collection}/${object.metadata.name}`, object);
  } catch (error) {
    if (!isApiError(error, 404)) throw error;
    return client.request<T>("POST", collection, object);
  }
};

const renewLease = async ({ client, nodeName }: NodeOptions): Promise<void> => {
  const lease: Lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: nodeName, namespace: "kube-node-lease" },
    spec: {
      holderIdentity: nodeName,
      leaseDurationSeconds: leaseSeconds,
      renewTime: new Date().toISOString().replace("Z", "000Z"),
    },
  };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-node-lease" } };
  await createOrPatch(client, leasesPath, lease).catch(async (error: unknown) => {
    if (!isApiError(error, 404)) throw error;
    await client.request("POST", "/api/v1/namespaces", namespace);
    await createOrPatch(client, leasesPath, lease);
  });
};

/** Keeps the node known and alive until the signal; resolves after the first registration. */
export async function registerNode(options: NodeOptions, signal: AbortSignal): Promise<void> {
  const { client, log, nodeName } = options;
  const registered = Promise.withResolvers<void>();
  const readySince = toTime(Date.now());
  const register = async (): Promise<void> => {
    await createOrPatch(client, "/api/v1/nodes", {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: nodeName, labels: buildLabels(options) },
    } as Node);
    await client.request("PATCH", `/api/v1/nodes/${nodeName}/status`, {
      status: buildStatus(options, readySince),
    });
    await renewLease(options);
  };
  const keepAlive = async (): Promise<void> => {
    while (!signal.aborted) {
      const failure = await register().then(
        () => registered.resolve(),
        (error: unknown) => error ?? "unknown",
      );
      if (failure) log.warn("The node could not be registered", { nodeName, error: String(failure) });
      await delay(failure ? 1_000 : renewEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    registered.resolve();
  };
  void keepAlive();
  return registered.promise;
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { type ApiClient, makeApiClient } from "../src/client/api-client.ts";
import { type Informer, makeInformer } from "../src/client/informer.ts";
import type { Deployment, KubeEvent, KubeList, Node, Pod } from "../src/client/kube-types.ts";
import { silentLog } from "../src/client/log.ts";
import { makeControllers } from "../src/controllers/make-controllers.ts";
import { type KubernetesApi, makeKubernetesApi } from "../src/kubernetes/index.ts";

export const at = "/api/v1/namespaces/work";
export const apps = "/apis/apps/v1/namespaces/work";
export const batch = "/apis/batch/v1/namespaces/work";
export const wait = { timeout: 10_000, interval: 10 };

/** What a test works with; made anew for each. */
export interface World {
  api: KubernetesApi;
  client: ApiClient;
  pods: Informer<Pod>;
  clockOffsetMs: number;
  /** What the test's kubelet makes of a pod that is bound; nothing: it stays as it is. */
  runPod(pod: Pod): Pod["status"] | undefined;
}

const closers: (() => unknown)[] = [];

const running = (pod: Pod): Pod["status"] => ({
  ...pod.status,
  phase: "Running",
  podIP: "127.9.9.9",
  podIPs: [{ ip: "127.9.9.9" }],
  conditions: [
    ...(pod.status?.conditions ?? []).filter(({ type }) => type !== "Ready"),
    { type: "Ready", status: "True", lastTransitionTime: new Date().toISOString() },
  ],
});

export async function addNode(client: ApiClient, name: string): Promise<void> {
  const metadata = { name, labels: { "kubernetes.io/hostname": name } };
  const node = await client.request<Node>("POST", "/api/v1/nodes", {
    apiVersion: "v1",
    kind: "Node",
    metadata,
  });
  const conditions = [{ type: "Ready", status: "True" }];
  const status = { allocatable: { cpu: "4", memory: "8Gi", pods: "20" }, conditions };
  await client.request("PUT", `/api/v1/nodes/${name}/status`, { ...node, status });
}

/** A kubelet that only says what it is told to say. */
async function actAsKubelet({ client, runPod }: World, pod: Pod): Promise<void> {
  const path = `${at}/pods/${pod.metadata.name}`;
  if (pod.metadata.deletionTimestamp) await client.request("DELETE", path, { gracePeriodSeconds: 0 });
  else if (pod.spec.nodeName && pod.status?.phase === "Pending") {
    const status = runPod(pod);
    if (status) await client.request("PUT", `${path}/status`, { ...pod, status });
  }
}

async function startApi(): Promise<KubernetesApi> {
  const dir = await mkdtemp(join(tmpdir(), "controllers-"));
  closers.push(() => rm(dir, { recursive: true, force: true }));
  const api = await makeKubernetesApi({ dir });
  closers.push(() => api.dispose());
  return api;
}

async function startControllers(world: World): Promise<void> {
  const { client } = world;
  const controllers = makeControllers({
    client,
    log: silentLog,
    clock: () => Date.now() + world.clockOffsetMs,
  });
  closers.push(() => controllers.dispose());
  await controllers.ready;
  world.pods = makeInformer<Pod>({
    client,
    log: silentLog,
    path: "/api/v1/pods",
    onChange: (type, pod) => {
      // A lost race with the controllers is repeated with the pod's next event.
      if (type !== "DELETED") void actAsKubelet(world, pod).catch(() => undefined);
    },
  });
  closers.push(() => world.pods.dispose());
  await world.pods.synced;
}

/** An embedded API with controllers, two nodes and the namespace `work` around every test of a file. */
export function useWorld(): World {
  const world = {} as World;
  beforeEach(async () => {
    const api = await startApi();
    const client = makeApiClient({ server: api.url, caPem: api.caPem, token: api.token });
    closers.push(() => client.dispose());
    Object.assign(world, { api, client, clockOffsetMs: 0, runPod: running });
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "work" } };
    await client.request("POST", "/api/v1/namespaces", namespace);
    await addNode(client, "n1");
    await addNode(client, "n2");
    await startControllers(world);
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  return world;
}

export const template = (app: string, annotations = {}): Deployment["spec"]["template"] => ({
  metadata: { labels: { app }, annotations },
  spec: {
    containers: [
      { name: "main", image: "example", resources: { requests: { cpu: "100m", memory: "64Mi" } } },
    ],
  },
});

export const createDeployment = (
  { client }: World,
  spec: Partial<Deployment["spec"]> = {},
): Promise<Deployment> =>
  client.request("POST", `${apps}/deployments`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "work" },
    spec: { replicas: 2, selector: { matchLabels: { app: "web" } }, template: template("web"), ...spec },
  });
export const getDeployment = ({ client }: World): Promise<Deployment> =>
  client.request("GET", `${apps}/deployments/web`);
export const patchDeployment = ({ client }: World, patch: object): Promise<Deployment> =>
  client.request("PATCH", `${apps}/deployments/web`, patch);
export const reasonOf = ({ status }: Deployment, type: string): string | undefined =>
  status?.conditions?.find((condition) => condition.type === type)?.reason;
export const untilComplete = (world: World, generation: number): Promise<void> =>
  vi.waitFor(async () => {
    const deployment = await getDeployment(world);
    expect(deployment.status).toMatchObject({
      observedGeneration: generation,
      updatedReplicas: 2,
      availableReplicas: 2,
      replicas: 2,
    });
    expect(reasonOf(deployment, "Progressing")).toBe("NewReplicaSetAvailable");
  }, wait);
export const reasonsOfEvents = async ({ client }: World): Promise<string[]> => {
  const { items } = await client.request<KubeList<KubeEvent>>("GET", `${at}/events`);
  return items.map(({ reason }) => reason);
};

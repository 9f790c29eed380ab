import { mkdtempSync, rmSync } from "node:fs";
import { get as httpsGet } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, vi } from "vitest";
import {
  type ApiClient,
  type Container,
  type KubeEvent,
  type KubeList,
  makeApiClient,
  type Pod,
  type PodSpec,
  silentLog,
} from "../src/client/index.ts";
import { makeControllers } from "../src/controllers/make-controllers.ts";
import { makeKnownImages } from "../src/images/index.ts";
import { type Kubelet, makeKubelet } from "../src/kubelet/index.ts";
import { type KubernetesApi, makeKubernetesApi } from "../src/kubernetes/index.ts";
import { type Guardian, makeGuardian } from "../src/processes/index.ts";

export const pods = "/api/v1/namespaces/shop/pods";
export let dir: string;
export let client: ApiClient;
let guardian: Guardian;
let api: KubernetesApi;
let controllers: ReturnType<typeof makeControllers>;
export let kubelet: Kubelet;

export const startKubelet = async (): Promise<void> => {
  kubelet = await makeKubelet({
    ...{
      client,
      guardian,
      dir: join(dir, "node-1"),
      log: silentLog,
      nodeName: "node-1",
      images: makeKnownImages(),
    },
    capacity: { cpu: 4, memoryBytes: 8 * 1024 ** 3, pods: 110 },
    labels: { "topology.kubernetes.io/zone": "a" },
    ...{
      addressing: process.platform === "linux" ? "loopback" : "mapped",
      addressPrefix: `127.${100 + (process.pid % 100)}`,
    },
  });
};
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "kubelet-"));
  api = await makeKubernetesApi({ dir: join(dir, "kubernetes") });
  client = makeApiClient({ server: api.url, caPem: api.caPem, token: api.token });
  await client.request("POST", "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop" },
  });
  controllers = makeControllers({ client, log: silentLog });
  await controllers.ready;
  guardian = await makeGuardian(dir);
  await startKubelet();
});
afterEach(async () => {
  await kubelet.dispose();
  await guardian.dispose();
  await controllers.dispose();
  await client.dispose();
  await api.dispose();
  rmSync(dir, { recursive: true, force: true });
});

export const bind = (name: string, containers: Partial<Container>[], spec: Partial<PodSpec> = {}) =>
  client.request<Pod>("POST", pods, {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name, labels: { app: name } } },
    spec: {
      nodeName: "node-1",
      containers: containers.map((one, index) => ({ name: `c${index}`, ...one })),
      ...spec,
    },
  });
export const shell = (script: string, more: Partial<Container> = {}): Partial<Container> => ({
  ...{ image: "busybox", command: ["sh", "-c", script] },
  ...more,
});
export const read = (name: string) => client.request<Pod>("GET", `${pods}/${name}`);
export const until = <T>(check: () => Promise<T>, timeout = 15_000) =>
  vi.waitFor(check, { timeout, interval: 10 });
export const untilPhase = (name: string, phase: string) =>
  until(async () => {
    const pod = await read(name);
    expect(pod.status?.phase).toBe(phase);
    return pod;
  });
export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
export const untilReady = (name: string) =>
  until(async () => {
    const pod = await read(name);
    expect(isReady(pod)).toBe(true);
    return pod;
  });
export const untilGone = (name: string) => until(() => expect(read(name)).rejects.toThrow("not found"));
export const stateOf = async (name: string) => (await read(name)).status?.containerStatuses?.[0];
export const eventReasons = async () =>
  (await client.request<KubeList<KubeEvent>>("GET", "/api/v1/namespaces/shop/events")).items.map(
    ({ reason }) => reason,
  );
export const askKubelet = (path: string) =>
  new Promise<string>((resolve, reject) => {
    httpsGet({ host: kubelet.hostIP, port: kubelet.port, path, rejectUnauthorized: false }, (response) =>
      resolve(text(response)),
    ).on("error", reject);
  });

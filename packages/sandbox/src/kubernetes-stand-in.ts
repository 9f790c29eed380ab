import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ApiClient, makeApiClient } from "./client/api-client.ts";
import type { Log } from "./client/log.ts";
import type { Ports, SandboxConfig } from "./config.ts";
import { makeControllers } from "./controllers/make-controllers.ts";
import { makeKnownImages } from "./images/index.ts";
import { makeIngressController } from "./ingress/ingress-controller.ts";
import { joinCluster } from "./join-cluster.ts";
import { type KubeletOptions, makeKubelet, makeProcessTable } from "./kubelet/index.ts";
import { makeKubernetesApi } from "./kubernetes/index.ts";
import { priorityClasses } from "./priority-classes.ts";
import type { Guardian } from "./processes/index.ts";
import type { Keep } from "./teardown.ts";

export interface KubernetesOptions {
  config: SandboxConfig;
  ports: Ports;
  guardian: Guardian;
  log: Log;
  keep: Keep;
}

/** The API server that nodes and ingress work for. */
export interface Cluster {
  /** Its administrator's, as a file. */
  kubeconfig: string;
  connect(username: string, group: string): ApiClient;
  /** How the API server proves itself to the kubelets, and where their pods are. */
  nodes: Pick<KubeletOptions, "clientCaPem" | "token" | "addressing">;
  addressesOf(nodeNumber: number): Pick<KubeletOptions, "addressPrefix" | "hostIP">;
  startControllers(): Promise<void>;
}

const ingressClassName = "traefik";

const applied = { contentType: "application/apply-patch+yaml" };

async function ensurePriorityClasses(client: ApiClient): Promise<void> {
  for (const { name, ...fields } of Object.values(priorityClasses)) {
    const path = `/apis/scheduling.k8s.io/v1/priorityclasses/${name}?fieldManager=sandbox&force=true`;
    const priorityClass = {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name },
      ...fields,
    };
    await client.request("PATCH", path, priorityClass, applied);
  }
}

async function ensureIngressClass(client: ApiClient): Promise<void> {
  const ingressClass = {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name: ingressClassName },
    spec: { controller: "sandbox/ingress" },
  };
  const path = `/apis/networking.k8s.io/v1/ingressclasses/${ingressClassName}?fieldManager=sandbox&force=true`;
  await client.request("PATCH", path, ingressClass, applied);
}

async function startNodes(options: KubernetesOptions, cluster: Cluster): Promise<void> {
  const { config, guardian, log, keep } = options;
  const nodesDir = join(config.dir, "nodes");
  const shared = {
    ...cluster.nodes,
    ...{ log, guardian },
    volumesDir: join(nodesDir, "volumes"),
    images: makeKnownImages(config.odooBin ? { odooBin: config.odooBin } : {}),
    capacity: config.nodes.capacity,
    processes: makeProcessTable(),
  };
  const numbers = Array.from({ length: config.nodes.count }, (_, index) => index);
  const kubelets = numbers.map(async (number) => {
    const nodeName = `sandbox-${number + 1}`;
    return await makeKubelet({
      ...shared,
      nodeName,
      client: cluster.connect(`system:node:${nodeName}`, "system:nodes"),
      dir: join(nodesDir, nodeName),
      ...cluster.addressesOf(number),
    });
  });
  // All of them end at once; each waits for its pods.
  keep({
    dispose: async () => {
      const started = (await Promise.allSettled(kubelets)).flatMap((each) =>
        each.status === "fulfilled" ? [each.value] : [],
      );
      await Promise.all(started.map((kubelet) => kubelet.dispose()));
    },
  });
  await Promise.all(kubelets);
}

/** An API server and controllers in this process. */
async function embedCluster({ config, ports, log, keep }: KubernetesOptions): Promise<Cluster> {
  const dir = join(config.dir, "kubernetes");
  await mkdir(dir, { recursive: true });
  const onError = (error: unknown) =>
    log.error("The Kubernetes API failed", { error: error instanceof Error ? error.stack : String(error) });
  const api = keep(await makeKubernetesApi({ dir, host: config.host, port: ports.kubernetes, onError }));
  const connect: Cluster["connect"] = (username, group) =>
    keep(
      makeApiClient({
        server: api.url,
        caPem: api.caPem,
        token: api.mintToken(username, [group]),
        userAgent: username.split(":").at(-1) ?? username,
      }),
    );
  const kubeconfig = join(dir, "kubeconfig");
  await writeFile(kubeconfig, api.kubeconfig, { mode: 0o600 });
  return {
    kubeconfig,
    connect,
    nodes: {
      clientCaPem: api.caPem,
      token: api.mintToken("kube-apiserver", ["system:masters"]),
      addressing: process.platform === "linux" ? "loopback" : "mapped",
    },
    addressesOf: (number) => ({ addressPrefix: `127.${11 + number}` }),
    async startControllers() {
      const client = connect("system:kube-controller-manager", "system:masters");
      await keep(makeControllers({ client, log })).ready;
    },
  };
}

/** Starts the Kubernetes of one process (API, nodes, controllers, ingress), or joins one with nodes and ingress. */
export async function startKubernetes(options: KubernetesOptions): Promise<{ kubeconfig: string }> {
  const { config, ports, log, keep } = options;
  const { kubeconfig, dir } = config;
  const cluster = kubeconfig
    ? await joinCluster({ kubeconfig, dir, log, keep })
    : await embedCluster(options);
  await startNodes(options, cluster);
  await cluster.startControllers();
  const client = cluster.connect("system:serviceaccount:traefik:traefik", "system:serviceaccounts");
  await ensureIngressClass(client);
  await ensurePriorityClasses(client);
  const { host } = config;
  keep(
    await makeIngressController({
      ...{ client, log, host },
      port: ports.ingress,
      ingressClass: ingressClassName,
    }),
  );
  return { kubeconfig: cluster.kubeconfig };
}

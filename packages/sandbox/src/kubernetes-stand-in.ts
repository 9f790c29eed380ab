import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ApiClient, makeApiClient } from "./client/api-client.ts";
import type { Log } from "./client/log.ts";
import type { Ports, SandboxConfig } from "./config.ts";
import { makeControllers } from "./controllers/make-controllers.ts";
import { makeKnownImages } from "./images/index.ts";
import { makeIngressController } from "./ingress/ingress-controller.ts";
import { makeKubelet, makeProcessTable } from "./kubelet/index.ts";
import { type KubernetesApi, makeKubernetesApi } from "./kubernetes/index.ts";
import type { Guardian } from "./processes/index.ts";
import type { Keep } from "./teardown.ts";

export interface KubernetesOptions {
  config: SandboxConfig;
  ports: Ports;
  guardian: Guardian;
  log: Log;
  keep: Keep;
}

const ingressClassName = "traefik";
/** The first two numbers of a node's addresses are 127 and this, and one more for each further node. */
const firstNodeNetwork = 11;

async function ensureIngressClass(client: ApiClient): Promise<void> {
  const ingressClass = {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name: ingressClassName },
    spec: { controller: "sandbox/ingress" },
  };
  const path = `/apis/networking.k8s.io/v1/ingressclasses/${ingressClassName}?fieldManager=sandbox&force=true`;
  await client.request("PATCH", path, ingressClass, { contentType: "application/apply-patch+yaml" });
}

async function startNodes(options: KubernetesOptions, api: KubernetesApi, connect: Connect): Promise<void> {
  const { config, guardian, log, keep } = options;
  const nodesDir = join(config.dir, "nodes");
  const shared = {
    log,
    guardian,
    volumesDir: join(nodesDir, "volumes"),
    images: makeKnownImages(config.odooBin ? { odooBin: config.odooBin } : {}),
    capacity: config.nodes.capacity,
    addressing: process.platform === "linux" ? ("loopback" as const) : ("mapped" as const),
    clientCaPem: api.caPem,
    token: api.mintToken("kube-apiserver", ["system:masters"]),
    processes: makeProcessTable(),
  };
  const numbers = Array.from({ length: config.nodes.count }, (_, index) => index);
  const kubelets = numbers.map(async (number) => {
    const nodeName = `sandbox-${number + 1}`;
    return await makeKubelet({
      ...shared,
      nodeName,
      client: connect(`system:node:${nodeName}`, "system:nodes"),
      dir: join(nodesDir, nodeName),
      addressPrefix: `127.${firstNodeNetwork + number}`,
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

type Connect = (username: string, group: string) => ApiClient;

/** Starts a Kubernetes of one process: API, nodes, controllers, ingress; and writes its kubeconfig. */
export async function startKubernetes(options: KubernetesOptions): Promise<{ kubeconfig: string }> {
  const { config, ports, log, keep } = options;
  const dir = join(config.dir, "kubernetes");
  await mkdir(dir, { recursive: true });
  const onError = (error: unknown) =>
    log.error("The Kubernetes API failed", { error: error instanceof Error ? error.stack : String(error) });
  const api = keep(await makeKubernetesApi({ dir, host: config.host, port: ports.kubernetes, onError }));
  const connect: Connect = (username, group) =>
    keep(
      makeApiClient({
        server: api.url,
        caPem: api.caPem,
        token: api.mintToken(username, [group]),
        userAgent: username.split(":").at(-1) ?? username,
      }),
    );
  await startNodes(options, api, connect);
  const client = connect("system:kube-controller-manager", "system:masters");
  await keep(makeControllers({ client, log })).ready;
  const ingressClient = connect("system:serviceaccount:traefik:traefik", "system:serviceaccounts");
  await ensureIngressClass(ingressClient);
  keep(
    await makeIngressController({
      client: ingressClient,
      port: ports.ingress,
      host: config.host,
      ingressClass: ingressClassName,
      log,
    }),
  );
  const kubeconfig = join(dir, "kubeconfig");
  await writeFile(kubeconfig, api.kubeconfig, { mode: 0o600 });
  return { kubeconfig };
}

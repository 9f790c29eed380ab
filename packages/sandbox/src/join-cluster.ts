import { createHash } from "node:crypto";
import { type ApiClient, makeApiClient } from "./client/api-client.ts";
import type { ConfigMap } from "./client/kube-types.ts";
import { loadKubeconfig } from "./client/kubeconfig.ts";
import type { Log } from "./client/log.ts";
import { makeNodeControllers } from "./controllers/make-controllers.ts";
import type { Cluster } from "./kubernetes-stand-in.ts";
import type { Keep } from "./teardown.ts";

/** The authority of the certificate with which the API server asks kubelets. */
async function findKubeletClientCa(client: ApiClient): Promise<string | undefined> {
  const path = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
  const { data } = await client.request<ConfigMap>("GET", path);
  return data?.["client-ca-file"];
}

export interface JoinOptions {
  kubeconfig: string;
  /** The sandbox's own folder. */
  dir: string;
  log: Log;
  keep: Keep;
}

/** The address of a node: another one for each sandbox on a machine, and the same when it starts again. */
export function nodeAddressOf(dir: string, number: number): string {
  const last = 1 + (createHash("sha256").update(dir).digest().readUInt16BE() % 254);
  return `10.${200 + number}.0.${last}`;
}

/** Connects to a control plane that runs elsewhere, as the kubeconfig's user; needs root for the pods' addresses. */
export async function joinCluster({ kubeconfig, dir, log, keep }: JoinOptions): Promise<Cluster> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error("Joining a cluster (SANDBOX_KUBECONFIG) needs Linux and root: pods get addresses on lo");
  }
  const access = loadKubeconfig(kubeconfig);
  const connect = (username: string) =>
    keep(makeApiClient({ ...access, userAgent: username.split(":").at(-1) ?? username }));
  const client = connect("sandbox");
  const clientCaPem = await findKubeletClientCa(client);
  return {
    kubeconfig,
    connect,
    nodes: {
      // A real API server refuses loopback addresses in EndpointSlices.
      addressing: "lo-device",
      ...(clientCaPem ? { clientCaPem } : {}),
    },
    addressesOf: (number) => ({
      addressPrefix: `10.${200 + number}`,
      hostIP: nodeAddressOf(dir, number),
    }),
    startControllers: () => keep(makeNodeControllers({ client, log })).ready,
  };
}

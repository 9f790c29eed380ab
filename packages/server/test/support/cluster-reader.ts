import { readFile } from "node:fs/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { Agent, fetch } from "undici";
import type { PlatformClient } from "./platform-client.ts";
import { eventually } from "./server-process.ts";
import { type CreatedTenant, deleteTenant, untilGone } from "./tenant-journeys.ts";

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid: string; resourceVersion: string } & Record<
    string,
    unknown
  >;
  [field: string]: unknown;
}

const decode = (base64: string) => Buffer.from(base64, "base64");

const tenantCollections = [
  "api/v1/resourcequotas",
  "api/v1/limitranges",
  "api/v1/secrets",
  "api/v1/configmaps",
  "api/v1/persistentvolumeclaims",
  "api/v1/services",
  "apis/networking.k8s.io/v1/networkpolicies",
  "apis/networking.k8s.io/v1/ingresses",
  "apis/apps/v1/deployments",
];

/** Reads and disturbs the cluster as somebody with kubectl would: nothing of ours in between. */
export interface ClusterReader {
  call<T>(path: string, init?: { method?: string; body?: unknown; type?: string }): Promise<T>;
  list(path: string): Promise<KubeObject[]>;
  /** All at once, by server-side apply. */
  applyAll(fieldManager: string, objects: KubeObject[]): Promise<void>;
  /** Until a Deployment of the namespace has an available pod. */
  untilAvailable(namespace: string): Promise<void>;
  /** The namespace and everything the platform put in it. */
  listTenant(namespace: string): Promise<KubeObject[]>;
  untilPoolAddress(namespace: string): Promise<{ host: string; port: number }>;
  passwordOfPool(namespace: string): Promise<string>;
  /** The tenant's objects without what differs between any two tenants. */
  describeTenant(tenant: CreatedTenant, slug: string): Promise<unknown[]>;
  removeTenant(client: PlatformClient, tenant: CreatedTenant, slug: string): Promise<void>;
}

export async function makeClusterReader(kubeconfigPath: string): Promise<ClusterReader> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const cluster = config.getCurrentCluster()!;
  const { token, certData, keyData } = config.getCurrentUser()!;
  const ca = cluster.caData ? decode(cluster.caData) : await readFile(cluster.caFile!);
  const identity = certData && keyData ? { cert: decode(certData), key: decode(keyData) } : {};
  const dispatcher = new Agent({ connect: { ca, ...identity } });
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};

  const call: ClusterReader["call"] = async <T>(
    path: string,
    init: { method?: string; body?: unknown; type?: string } = {},
  ) => {
    const response = await fetch(new URL(path, cluster.server), {
      dispatcher,
      method: init.method ?? "GET",
      headers: { ...authorization, "content-type": init.type ?? "application/json" },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    });
    if (!response.ok)
      throw new Error(`${init.method ?? "GET"} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const list = async (path: string) => {
    const found = await call<{ apiVersion: string; kind: string; items: KubeObject[] }>(path);
    const kind = found.kind.replace(/List$/, "");
    return found.items.map((item) => ({ ...item, apiVersion: found.apiVersion, kind }));
  };
  const objectsOf = async (namespace: string) => {
    const own = await call<KubeObject>(`/api/v1/namespaces/${namespace}`);
    const lists = await Promise.all(
      tenantCollections.map((path) => list(`/${path.replace(/\/([a-z]+)$/, `/namespaces/${namespace}/$1`)}`)),
    );
    return [own, ...lists.flat()].filter((object) => object.metadata.name !== "kube-root-ca.crt");
  };

  return {
    call,
    list,
    listTenant: objectsOf,
    async applyAll(fieldManager, objects) {
      const type = "application/apply-patch+yaml";
      await Promise.all(
        objects.map((body) =>
          call(`${pathOf(body)}?fieldManager=${fieldManager}&force=true`, { method: "PATCH", body, type }),
        ),
      );
    },
    async untilAvailable(namespace) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments?watch=1&timeoutSeconds=120`;
      const response = await fetch(new URL(path, cluster.server), { dispatcher, headers: authorization });
      let line = "";
      // Returning ends the watch.
      for await (const chunk of response.body!) {
        line += Buffer.from(chunk).toString();
        if (/"availableReplicas":1/.test(line)) return;
        line = line.slice(line.lastIndexOf("\n") + 1);
      }
      throw new Error(`${namespace} was not available in time`);
    },
    untilPoolAddress: (namespace) =>
      eventually(async () => {
        type Slice = {
          endpoints?: { addresses: string[]; conditions: { ready: boolean } }[];
          ports: { port: number }[];
        };
        const ofServer = "labelSelector=kubernetes.io/service-name=postgres";
        const slices = (await list(
          `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?${ofServer}`,
        )) as unknown as Slice[];
        const slice = slices.find((item) => item.endpoints?.some((endpoint) => endpoint.conditions.ready));
        return slice && { host: slice.endpoints![0]!.addresses[0]!, port: slice.ports[0]!.port };
      }, 60_000),
    async passwordOfPool(namespace) {
      const secret = await call<{ data: Record<string, string> }>(
        `/api/v1/namespaces/${namespace}/secrets/postgres`,
      );
      return Buffer.from(Object.values(secret.data)[0]!, "base64").toString();
    },
    async describeTenant(tenant, slug) {
      const objects = await objectsOf(tenant.namespace);
      return objects
        .map((object) => describe(object, tenant.uuid, slug))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    async removeTenant(client, tenant, slug) {
      await deleteTenant(client, tenant, slug);
      await untilGone(client, tenant);
      await client.dispose();
    },
  };
}

function pathOf({ apiVersion, kind, metadata }: KubeObject) {
  const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  if (kind === "Namespace") return `${root}/namespaces/${metadata.name}`;
  const plural = `${kind.toLowerCase()}s`.replace("policys", "policies").replace("ingresss", "ingresses");
  return `${root}/namespaces/${metadata.namespace}/${plural}/${metadata.name}`;
}

const volatileMetadata = ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"];
const assignedSpec = ["volumeName", "clusterIP", "clusterIPs"];

/** uids, versions, times and generated secrets taken out; the tenant's own names replaced. */
function describe(object: KubeObject, uuid: string, slug: string) {
  const copy = JSON.parse(
    JSON.stringify(object)
      .replaceAll(uuid, "<tenant>")
      .replaceAll(uuid.replaceAll("-", ""), "<tenant>")
      .replaceAll(`${slug}.`, "<slug>.")
      .replaceAll(`"${slug}"`, '"<slug>"'),
  ) as KubeObject & { spec?: Record<string, unknown>; data?: Record<string, string>; status?: unknown };
  for (const field of volatileMetadata) delete copy.metadata[field];
  for (const field of assignedSpec) delete copy.spec?.[field];
  delete copy.status;
  const text = JSON.stringify(copy).replaceAll(/"[^"]*(hash|checksum)[^"]*":"[^"]*"/g, '"hash":""');
  const bare = JSON.parse(text) as typeof copy;
  if (bare.kind === "Secret")
    bare.data = Object.fromEntries(Object.keys(bare.data ?? {}).map((key) => [key, "<secret>"]));
  return { key: `${bare.kind}/${bare.metadata.name}`, object: bare };
}

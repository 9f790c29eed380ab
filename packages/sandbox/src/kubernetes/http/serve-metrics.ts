import type { ClusterMetrics, ContainerMetrics, MetricsSource } from "../metrics-source.ts";
import { formatTime, type KubeObject } from "../object.ts";
import type { ObjectStore } from "../object-store.ts";
import { parseLabelSelector } from "../selectors.ts";
import { StatusError } from "../status-error.ts";
import { type Exchange, sendJson } from "./exchange.ts";

const PATH =
  /^\/apis\/metrics\.k8s\.io\/v1beta1\/(?:(nodes)|(?:namespaces\/([^/]+)\/)?(pods))(?:\/([^/]+))?$/;
const apiVersion = "metrics.k8s.io/v1beta1";

const usage = ({ cpuMillicores, memoryBytes }: Omit<ContainerMetrics, "name">) => ({
  cpu: `${cpuMillicores}m`,
  memory: `${Math.round(memoryBytes / 1024)}Ki`,
});

interface Wanted {
  storage: "nodes" | "pods";
  namespace: string | undefined;
  name: string | undefined;
}

function itemsOf(
  metrics: ClusterMetrics,
  store: ObjectStore,
  { storage, namespace, name }: Wanted,
): KubeObject[] {
  const timing = { timestamp: formatTime(metrics.timestampMs), window: `${metrics.windowMs / 1000}s` };
  const make = (ref: { name: string; namespace?: string }, contents: object): KubeObject[] => {
    const object = store.find(storage, ref)?.object;
    if (
      !object ||
      (name !== undefined && ref.name !== name) ||
      (namespace !== undefined && ref.namespace !== namespace)
    )
      return [];
    const { labels, creationTimestamp } = object.metadata;
    const metadata = { ...ref, ...(labels && { labels }), ...(creationTimestamp && { creationTimestamp }) };
    return [
      {
        kind: storage === "nodes" ? "NodeMetrics" : "PodMetrics",
        apiVersion,
        metadata,
        ...timing,
        ...contents,
      },
    ];
  };
  if (storage === "nodes")
    return metrics.nodes.flatMap((node) => make({ name: node.name }, { usage: usage(node) }));
  return metrics.pods.flatMap((pod) =>
    make(
      { name: pod.name, namespace: pod.namespace },
      { containers: pod.containers.map((each) => ({ name: each.name, usage: usage(each) })) },
    ),
  );
}

/** Answers metrics.k8s.io; false when the request is none of it. */
export async function serveMetrics(
  exchange: Exchange,
  deps: { store: ObjectStore; source: MetricsSource },
): Promise<boolean> {
  const found = PATH.exec(exchange.path);
  if (!found || exchange.method !== "GET") return false;
  const [, nodes, namespace, , name] = found;
  const storage = nodes ? "nodes" : "pods";
  const all = itemsOf(await deps.source(), deps.store, { storage, namespace, name });
  if (name !== undefined) {
    if (!all[0])
      throw new StatusError(404, "NotFound", {
        message: `${storage}.metrics.k8s.io "${name}" not found`,
        details: { name, group: "metrics.k8s.io", kind: storage },
      });
    sendJson(exchange.response, 200, all[0]);
    return true;
  }
  const selector = exchange.query.get("labelSelector");
  const items = selector ? all.filter(parseLabelSelector(selector)) : all;
  sendJson(exchange.response, 200, {
    kind: storage === "nodes" ? "NodeMetricsList" : "PodMetricsList",
    apiVersion,
    metadata: {},
    items,
  });
  return true;
}

import type { KubeletAccess } from "./http/serve-pod-log.ts";
import { findKubelet, requestKubelet } from "./http/serve-pod-log.ts";
import type { ObjectStore } from "./object-store.ts";

export interface ContainerMetrics {
  name: string;
  cpuMillicores: number;
  memoryBytes: number;
}

/** What nodes and pods use, measured over the window that ended at `timestampMs`. */
export interface ClusterMetrics {
  timestampMs: number;
  windowMs: number;
  nodes: { name: string; cpuMillicores: number; memoryBytes: number }[];
  pods: { namespace: string; name: string; containers: ContainerMetrics[] }[];
}

export type MetricsSource = () => ClusterMetrics | Promise<ClusterMetrics>;

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-z_]+)(?:\{([^}]*)\})?\s+([-+.\deE]+)(?:\s|$)/;

/** Parses the Prometheus text of `/metrics/resource`. */
export function parseMetrics(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const found = LINE.exec(line);
    if (!found) return [];
    const labels = [...(found[2] ?? "").matchAll(/(\w+)="([^"]*)"/g)].map((each) => [each[1]!, each[2]!]);
    return [
      {
        name: found[1]!,
        labels: Object.fromEntries(labels) as Record<string, string>,
        value: Number(found[3]),
      },
    ];
  });
}

interface Scrape {
  atMs: number;
  samples: Sample[];
}

async function scrape(access: KubeletAccess, at: { host: string; port: number }): Promise<Scrape> {
  const answer = await requestKubelet(access, { ...at, path: "/metrics/resource" });
  let text = "";
  for await (const chunk of answer) text += String(chunk);
  return { atMs: Date.now(), samples: answer.statusCode === 200 ? parseMetrics(text) : [] };
}

const keyOf = ({ labels }: Sample) => `${labels.namespace}/${labels.pod}/${labels.container}`;

/** Millicores by key, from how far the counters of two scrapes are apart. */
function cpuRates(now: Scrape, before: Scrape, name: string): Map<string, number> {
  const old = new Map(
    before.samples.filter((sample) => sample.name === name).map((sample) => [keyOf(sample), sample.value]),
  );
  const seconds = (now.atMs - before.atMs) / 1000;
  const rates = now.samples.flatMap((sample): [string, number][] => {
    const start = sample.name === name ? old.get(keyOf(sample)) : undefined;
    return start === undefined || sample.value < start
      ? []
      : [[keyOf(sample), Math.round(((sample.value - start) / seconds) * 1000)]];
  });
  return new Map(rates);
}

function measure(nodeName: string, now: Scrape, before: Scrape): Pick<ClusterMetrics, "nodes" | "pods"> {
  const nodeCpu = cpuRates(now, before, "node_cpu_usage_seconds_total");
  const containerCpu = cpuRates(now, before, "container_cpu_usage_seconds_total");
  const pods = new Map<string, ClusterMetrics["pods"][number]>();
  const nodes: ClusterMetrics["nodes"] = [];
  for (const sample of now.samples) {
    if (sample.name === "node_memory_working_set_bytes") {
      nodes.push({
        name: nodeName,
        cpuMillicores: nodeCpu.get(keyOf(sample)) ?? 0,
        memoryBytes: sample.value,
      });
    }
    const cpuMillicores = containerCpu.get(keyOf(sample));
    if (sample.name !== "container_memory_working_set_bytes" || cpuMillicores === undefined) continue;
    const { namespace = "", pod = "", container = "" } = sample.labels;
    const found = pods.get(`${namespace}/${pod}`) ?? { namespace, name: pod, containers: [] };
    found.containers.push({ name: container, cpuMillicores, memoryBytes: sample.value });
    pods.set(`${namespace}/${pod}`, found);
  }
  return { nodes, pods: [...pods.values()] };
}

/** Scrapes the kubelets of all nodes, as metrics-server does; a node that does not answer is left out. */
export class KubeletMetrics {
  readonly #last = new Map<string, [before: Scrape | undefined, now: Scrape]>();
  readonly #timer: NodeJS.Timeout;
  readonly #deps: { store: ObjectStore; access: KubeletAccess; intervalMs: number };

  constructor(deps: { store: ObjectStore; access: KubeletAccess; intervalMs: number }) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.#scrapeAll(), deps.intervalMs).unref();
  }

  read(): ClusterMetrics {
    const measured = [...this.#last].flatMap(([name, [before, now]]) =>
      before ? [measure(name, now, before)] : [],
    );
    return {
      timestampMs: Date.now(),
      windowMs: this.#deps.intervalMs,
      nodes: measured.flatMap((each) => each.nodes),
      pods: measured.flatMap((each) => each.pods),
    };
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  async #scrapeAll(): Promise<void> {
    const { store, access } = this.#deps;
    const names = new Set<string>();
    await Promise.all(
      store.list("nodes").map(async ({ object }) => {
        const { name } = object.metadata;
        const kubelet = findKubelet(object);
        const now = kubelet && (await scrape(access, kubelet).catch(() => undefined));
        if (!now) return;
        names.add(name);
        this.#last.set(name, [this.#last.get(name)?.[1], now]);
      }),
    );
    for (const name of this.#last.keys()) if (!names.has(name)) this.#last.delete(name);
  }
}

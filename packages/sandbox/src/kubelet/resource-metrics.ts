import type { PodWorker } from "./pod-worker.ts";
import type { ProcessTable } from "./process-usage.ts";

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const families = {
  node_cpu_usage_seconds_total: ["counter", "Cumulative cpu time consumed by the node in core-seconds"],
  node_memory_working_set_bytes: ["gauge", "Current working set of the node in bytes"],
  container_cpu_usage_seconds_total: [
    "counter",
    "Cumulative cpu time consumed by the container in core-seconds",
  ],
  container_memory_working_set_bytes: ["gauge", "Current working set of the container in bytes"],
  container_start_time_seconds: ["gauge", "Start time of the container since unix epoch in seconds"],
  pod_cpu_usage_seconds_total: ["counter", "Cumulative cpu time consumed by the pod in core-seconds"],
  pod_memory_working_set_bytes: ["gauge", "Current working set of the pod in bytes"],
} as const;

const samplesOfPod = (worker: PodWorker, processes: ProcessTable): Sample[] => {
  const { name: pod, namespace = "" } = worker.pod.metadata;
  const total = { cpuSeconds: 0, memoryBytes: 0 };
  const samples: Sample[] = [];
  for (const { name: container, process } of [...worker.initContainers, ...worker.containers]) {
    if (!process) continue;
    const { cpuSeconds, memoryBytes } = processes.usageOf(process.pid);
    const labels = { container, namespace, pod };
    total.cpuSeconds += cpuSeconds;
    total.memoryBytes += memoryBytes;
    samples.push(
      { name: "container_cpu_usage_seconds_total", labels, value: cpuSeconds },
      { name: "container_memory_working_set_bytes", labels, value: memoryBytes },
      { name: "container_start_time_seconds", labels, value: process.startedAt.getTime() / 1_000 },
    );
  }
  if (samples.length === 0) return [];
  const labels = { namespace, pod };
  return [
    ...samples,
    { name: "pod_cpu_usage_seconds_total", labels, value: total.cpuSeconds },
    { name: "pod_memory_working_set_bytes", labels, value: total.memoryBytes },
  ];
};

const formatSample = ({ labels, name, value }: Sample, timestampMs: number): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value} ${timestampMs}\n`;
};

/** The kubelet's /metrics/resource. A virtual node uses what its pods use. */
export const formatResourceMetrics = (workers: PodWorker[], processes: ProcessTable): string => {
  const ofPods = workers.flatMap((worker) => samplesOfPod(worker, processes));
  const sum = (name: string): number =>
    ofPods.filter((sample) => sample.name === name).reduce((total, { value }) => total + value, 0);
  const samples = [
    { name: "node_cpu_usage_seconds_total", labels: {}, value: sum("pod_cpu_usage_seconds_total") },
    { name: "node_memory_working_set_bytes", labels: {}, value: sum("pod_memory_working_set_bytes") },
    ...ofPods,
  ];
  const now = Date.now();
  return Object.entries(families)
    .map(([name, [type, help]]) => {
      const lines = samples
        .filter((sample) => sample.name === name)
        .map((sample) => formatSample(sample, now));
      return `# HELP ${name} [STABLE] ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    })
    .join("");
};

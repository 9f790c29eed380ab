import { Gauge, Histogram, type Registry } from "prom-client";

/** Measures the reconciler's runs, and counts the keys when Prometheus asks. */
export function makeQueueMetrics(
  registry: Registry,
  countKeys: () => Promise<{ due: number; leased: number }>,
): { ended(run: { key: string; durationMs: number; error?: unknown }): void } {
  const runs = new Histogram({
    name: "reconcile_duration_seconds",
    help: "Time of one run of a key",
    labelNames: ["kind", "outcome"],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  new Gauge({
    name: "reconcile_keys",
    help: "Keys that are due or being run, by any replica",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const { due, leased } = await countKeys();
      this.set({ state: "due" }, due);
      this.set({ state: "leased" }, leased);
    },
  });
  return {
    ended({ key, durationMs, error }) {
      const kind = key.split(":")[0] ?? key;
      runs.observe({ kind, outcome: error === undefined ? "ok" : "error" }, durationMs / 1000);
    },
  };
}

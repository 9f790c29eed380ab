import { expect, it } from "vitest";
import { parseMetrics } from "./metrics-source.ts";

it("reads the samples of a kubelet's resource metrics", () => {
  const text =
    '# HELP x\ncontainer_memory_working_set_bytes{container="main",namespace="a",pod="b-c"} 1.5e+06 1700000000000\nnode_cpu_usage_seconds_total 12.5\n\nbroken line here {\n';
  expect(parseMetrics(text)).toEqual([
    {
      name: "container_memory_working_set_bytes",
      labels: { container: "main", namespace: "a", pod: "b-c" },
      value: 1_500_000,
    },
    { name: "node_cpu_usage_seconds_total", labels: {}, value: 12.5 },
  ]);
});

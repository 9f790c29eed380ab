import { describe, expect, test } from "vitest";
import type { Node, Pod } from "../../client/kube-types.ts";
import { type Choice, chooseNode } from "./choose-node.ts";
import { buildNodeInfos } from "./node-info.ts";
import { amountOf, readRequests } from "./requests.ts";

const node = (name: string, given: Partial<Node> = {}): Node => ({
  metadata: { name, labels: { "kubernetes.io/hostname": name, ...given.metadata?.labels } },
  spec: given.spec ?? {},
  status: {
    allocatable: { cpu: "4", memory: "8Gi", pods: "10" },
    conditions: [{ type: "Ready", status: "True" }],
    ...given.status,
  },
});
const pod = (name: string, spec: Partial<Pod["spec"]> = {}, app = "web"): Pod => ({
  metadata: { name, uid: name, namespace: "x", labels: { app } },
  spec: { containers: [], ...spec },
});
const requesting = (cpu: string, memory = "1Gi"): Partial<Pod["spec"]> => ({
  containers: [{ name: "c", resources: { requests: { cpu, memory } } }],
});
const choose = (wanted: Pod, nodes: Node[], pods: Pod[] = []): Choice =>
  chooseNode(wanted, buildNodeInfos(nodes, pods, new Map()));
const messageOf = (choice: Choice): string =>
  "message" in choice ? choice.message : `went to ${choice.nodeName}`;
const selector = { matchLabels: { app: "web" } };

test("quantities are read in every usual form", () => {
  expect(["250m", "2", "1Gi", "512Mi", "1e3", "1.5G", 3, undefined].map(amountOf)).toEqual([
    0.25, 2, 1073741824, 536870912, 1000, 1.5e9, 3, 0,
  ]);
});

test("an init container counts only where it is larger than the containers together", () => {
  const spec = { ...requesting("1"), initContainers: [{ name: "i", resources: { requests: { cpu: "3" } } }] };
  expect(readRequests(pod("p", spec))).toEqual({ cpu: 3, memory: 2 ** 30 });
});

test("a pod goes to the node with the most room", () => {
  const running = pod("r", { ...requesting("2"), nodeName: "a" });
  expect(choose(pod("p", requesting("1")), [node("a"), node("b")], [running])).toEqual({ nodeName: "b" });
});

test("pods that are assumed on a node take its room", () => {
  const infos = buildNodeInfos([node("a"), node("b")], [pod("r", requesting("3"))], new Map([["r", "a"]]));
  expect(chooseNode(pod("p", requesting("2")), infos)).toEqual({ nodeName: "b" });
});

test("pods that are finished take no room", () => {
  const finished: Pod = {
    ...pod("r", { ...requesting("4"), nodeName: "a" }),
    status: { phase: "Succeeded" },
  };
  expect(choose(pod("p", requesting("4")), [node("a")], [finished])).toEqual({ nodeName: "a" });
});

describe("a pod that fits nowhere is told why", () => {
  test.each([
    ["cpu", requesting("5"), node("a"), "1 Insufficient cpu"],
    ["memory", requesting("1", "9Gi"), node("a"), "1 Insufficient memory"],
    ["pods", {}, node("a", { status: { allocatable: { pods: "0" } } }), "1 Too many pods"],
    ["cordon", {}, node("a", { spec: { unschedulable: true } }), "1 node(s) were unschedulable"],
    ["not ready", {}, node("a", { status: { conditions: [] } }), "1 node(s) were not ready"],
    [
      "selector",
      { nodeSelector: { disk: "ssd" } },
      node("a"),
      "1 node(s) didn't match Pod's node affinity/selector",
    ],
    [
      "taint",
      {},
      node("a", { spec: { taints: [{ key: "k", value: "v", effect: "NoSchedule" }] } }),
      "1 node(s) had untolerated taint {k: v}",
    ],
  ])("%s", (...[, spec, where, reason]) => {
    expect(messageOf(choose(pod("p", spec), [where]))).toBe(`0/1 nodes are available: ${reason}.`);
  });
});

test("a tolerated taint is none", () => {
  const tainted = node("a", { spec: { taints: [{ key: "k", value: "v", effect: "NoSchedule" }] } });
  expect(choose(pod("p", { tolerations: [{ key: "k", operator: "Exists" }] }), [tainted])).toEqual({
    nodeName: "a",
  });
});

test("required node affinity chooses by expression", () => {
  const nodeSelectorTerms = [{ matchExpressions: [{ key: "zone", operator: "In", values: ["z2"] }] }];
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  };
  const zoned = node("b", { metadata: { name: "b", labels: { zone: "z2" } } });
  expect(choose(pod("p", { affinity }), [node("a"), zoned])).toEqual({ nodeName: "b" });
});

describe("spread", () => {
  const constraint = { maxSkew: 1, topologyKey: "kubernetes.io/hostname", labelSelector: selector };
  const running = [pod("r1", { nodeName: "a" }), pod("r2", { nodeName: "a" }, "other")];

  test("DoNotSchedule keeps the skew, and says so when no node is left", () => {
    const spec = {
      topologySpreadConstraints: [{ ...constraint, whenUnsatisfiable: "DoNotSchedule" as const }],
    };
    expect(choose(pod("p", spec), [node("a"), node("b")], running)).toEqual({ nodeName: "b" });
    const cordoned = node("b", { spec: { unschedulable: true } });
    expect(messageOf(choose(pod("p", spec), [node("a"), cordoned], running))).toContain(
      "topology spread constraints",
    );
  });

  test("ScheduleAnyway prefers the emptier domain even when it has less room", () => {
    const spec = {
      topologySpreadConstraints: [{ ...constraint, whenUnsatisfiable: "ScheduleAnyway" as const }],
    };
    const busy = pod("busy", { ...requesting("3", "6Gi"), nodeName: "b" }, "other");
    expect(choose(pod("p", spec), [node("a"), node("b")], [...running, busy])).toEqual({ nodeName: "b" });
  });

  test("required anti-affinity holds in both directions", () => {
    const term = { topologyKey: "kubernetes.io/hostname", labelSelector: selector };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    expect(messageOf(choose(pod("p", { affinity }), [node("a")], running))).toContain("anti-affinity");
    const jealous = pod("j", { affinity, nodeName: "a" }, "other");
    expect(messageOf(choose(pod("p"), [node("a")], [jealous]))).toContain("anti-affinity");
  });

  test("preferred anti-affinity goes elsewhere when it can", () => {
    const podAffinityTerm = { topologyKey: "kubernetes.io/hostname", labelSelector: selector };
    const preferred = [{ weight: 100, podAffinityTerm }];
    const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } };
    const busy = pod("busy", { ...requesting("3"), nodeName: "b" }, "other");
    expect(choose(pod("p", { affinity }), [node("a"), node("b")], [...running, busy])).toEqual({
      nodeName: "b",
    });
  });
});

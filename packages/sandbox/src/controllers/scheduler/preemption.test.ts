import { expect, test } from "vitest";
import type { Node, Pod } from "../../client/kube-types.ts";
import { buildNodeInfos } from "./node-info.ts";
import { findNominated, findPreemption, isRoomComing } from "./preemption.ts";

const node = (name: string): Node => ({
  metadata: { name, labels: { "kubernetes.io/hostname": name } },
  spec: {},
  status: {
    allocatable: { cpu: "4", memory: "8Gi", pods: "10" },
    conditions: [{ type: "Ready", status: "True" }],
  },
});
const pod = (
  name: string,
  cpu: string,
  more: { on?: string; priority?: number; startTime?: string } = {},
): Pod => ({
  metadata: { name, uid: name, namespace: "x" },
  spec: {
    containers: [{ name: "c", resources: { requests: { cpu } } }],
    priority: more.priority ?? 0,
    ...(more.on && { nodeName: more.on }),
  },
  status: { phase: "Running", ...(more.startTime && { startTime: more.startTime }) },
});
const infosOf = (nodes: string[], pods: Pod[]) => buildNodeInfos(nodes.map(node), pods, new Map());
const find = (wanted: Pod, nodes: string[], pods: Pod[]) => {
  const found = findPreemption(wanted, infosOf(nodes, pods));
  return found && { nodeName: found.nodeName, victims: found.victims.map(({ metadata }) => metadata.name) };
};

test("pods of lower priority go, and no more of them than must", () => {
  const running = [
    pod("young", "1", { on: "a", startTime: "2026-01-02T00:00:00Z" }),
    pod("old", "1", { on: "a", startTime: "2026-01-01T00:00:00Z" }),
    pod("big", "2", { on: "a", priority: 100 }),
  ];
  expect(find(pod("p", "1", { priority: 100 }), ["a"], running)).toEqual({
    nodeName: "a",
    victims: ["young"],
  });
  expect(find(pod("p", "2", { priority: 100 }), ["a"], running)?.victims.toSorted()).toEqual([
    "old",
    "young",
  ]);
});

test("nobody goes for a pod that would not fit even so, nor for one of the same priority", () => {
  const running = [pod("r", "3", { on: "a" }), pod("s", "1", { on: "a", priority: 100 })];
  expect(find(pod("p", "4", { priority: 100 }), ["a"], running)).toBeUndefined();
  expect(find(pod("p", "2"), ["a"], running)).toBeUndefined();
});

test("a pod whose policy is Never preempts nobody", () => {
  const polite = pod("p", "2", { priority: 100 });
  polite.spec.preemptionPolicy = "Never";
  expect(find(polite, ["a"], [pod("r", "3", { on: "a" })])).toBeUndefined();
});

test("the node is chosen whose victims matter least", () => {
  const running = [
    pod("tenant", "3", { on: "a", priority: 100 }),
    pod("spare", "3", { on: "b", priority: -10 }),
  ];
  const wanted = pod("p", "3", { priority: 1_000 });
  expect(find(wanted, ["a", "b"], running)).toEqual({ nodeName: "b", victims: ["spare"] });
  const two = [pod("s1", "2", { on: "a" }), pod("s2", "2", { on: "a" }), pod("s3", "4", { on: "b" })];
  expect(find(pod("p", "4", { priority: 1 }), ["a", "b"], two)).toEqual({ nodeName: "b", victims: ["s3"] });
});

test("while the victims are ending, the room is kept from pods that matter less", () => {
  const wanted = pod("p", "3", { priority: 100 });
  wanted.status = { nominatedNodeName: "a" };
  const ending = pod("r", "3", { on: "a" });
  ending.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
  expect(isRoomComing(wanted, infosOf(["a"], [ending]))).toBe(true);
  expect(isRoomComing(wanted, infosOf(["a"], []))).toBe(false);
  expect(findNominated(pod("again", "3"), [wanted])).toEqual([["p", "a"]]);
  expect(findNominated(pod("urgent", "3", { priority: 1_000 }), [wanted])).toEqual([]);
});

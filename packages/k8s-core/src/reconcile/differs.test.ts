import { describe, expect, it, test } from "vitest";
import type { KubernetesObject } from "../client/kubernetes-client.ts";
import { stampDesiredHash } from "./desired-hash.ts";
import { differs, findDifferences } from "./differs.ts";

const object = (spec: unknown, labels: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "a", namespace: "ns", labels },
  spec,
});

it("does not count what the server added", () => {
  const live = {
    ...object({ replicas: 1, strategy: { type: "Recreate" } }, { a: "1", more: "2" }),
    status: { replicas: 1 },
  };
  expect(findDifferences(object({ replicas: 1 }, { a: "1" }), live)).toEqual([]);
});

it("names the paths of what was changed or removed", () => {
  const live = object({ replicas: 3, selector: {} }, { a: "x" });
  const desired = object({ replicas: 1, selector: { matchLabels: { a: "1" } }, paused: false }, { a: "1" });
  expect(findDifferences(desired, live)).toEqual([
    "metadata.labels.a",
    "spec.replicas",
    "spec.selector.matchLabels",
    "spec.paused",
  ]);
});

it.each([
  ["1", "1000m"],
  ["1024Mi", "1Gi"],
  ["1073741824", "1Gi"],
  ["0.5", "500m"],
])("holds quantities %s and %s equal, in places of quantities only", (a, b) => {
  expect(differs(object({ limits: { cpu: a } }), object({ limits: { cpu: b } }))).toBe(false);
  expect(differs(object({ args: { cpu: a } }), object({ args: { cpu: b } }))).toBe(true);
});

it("tells quantities apart that differ", () => {
  expect(differs(object({ limits: { cpu: "1" } }), object({ limits: { cpu: "100m" } }))).toBe(true);
});

it("matches lists by their keys, whatever their order and additions", () => {
  const desired = object({ containers: [{ name: "app", env: [{ name: "A", value: "1" }] }] });
  const env = [
    { name: "INJECTED", value: "x" },
    { name: "A", value: "1" },
  ];
  expect(differs(desired, object({ containers: [{ name: "sidecar" }, { name: "app", env }] }))).toBe(false);
  const changed = object({ containers: [{ name: "app", env: [{ name: "A", value: "2" }] }] });
  expect(findDifferences(desired, changed)).toEqual(["spec.containers.app.env.A.value"]);
});

it("counts any addition to a list that the API replaces as a whole", () => {
  const rule = { from: [{ podSelector: {} }] };
  expect(differs(object({ ingress: [rule] }), object({ ingress: [rule, {}] }))).toBe(true);
  const ports = (...numbers: number[]) => object({ ingress: [{ ports: numbers.map((port) => ({ port })) }] });
  expect(differs(ports(5432), ports(5432, 22))).toBe(true);
});

it("holds an empty object or list equal to nothing", () => {
  expect(differs(object({ emptyDir: {}, args: [] }), object({}))).toBe(false);
});

it("notices by its hash that a field is no longer wanted", () => {
  const before = stampDesiredHash(object({ replicas: 1, paused: true }));
  const after = stampDesiredHash(object({ replicas: 1 }));
  expect(findDifferences(after, before)).toEqual(["metadata.annotations.saas-kit/desired-hash"]);
  expect(stampDesiredHash(object({ replicas: 1 }))).toEqual(after);
});

describe("a policy that somebody widened", () => {
  const policy = (spec: Record<string, unknown>) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny" },
    spec,
  });
  const deny = policy({ podSelector: {}, policyTypes: ["Ingress"], ingress: [] });

  test.each([
    ["a rule added", policy({ podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] })],
    ["fewer pods selected", policy({ podSelector: { matchLabels: { a: "b" } }, policyTypes: ["Ingress"] })],
  ])("differs: %s", (_what, live) => {
    expect(differs(deny, live)).toBe(true);
  });

  test("differs when a peer reaches further than it should", () => {
    const allow = policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] });
    const wider = policy({
      podSelector: {},
      ingress: [{ from: [{ podSelector: {}, namespaceSelector: {} }] }],
    });
    expect(differs(allow, wider)).toBe(true);
    expect(differs(allow, allow)).toBe(false);
  });

  test("does not differ where the server leaves out empty lists", () => {
    expect(differs(deny, policy({ podSelector: {}, policyTypes: ["Ingress"] }))).toBe(false);
  });
});

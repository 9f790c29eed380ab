import { expect, test } from "vitest";
import type { Pod, Service } from "../client/kube-types.ts";
import { buildEndpointSlices } from "./endpoint-slices.ts";

const service = (spec: Partial<Service["spec"]> = {}): Service => ({
  metadata: { name: "web", namespace: "x", uid: "s" },
  spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: "http" }], ...spec },
});
const pod = (name: string, given: { isReady?: boolean; isEnding?: boolean; ports?: string } = {}): Pod => ({
  metadata: {
    name,
    namespace: "x",
    uid: name,
    labels: { app: "web" },
    ...(given.isEnding ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    ...(given.ports ? { annotations: { "sandbox.kubelet/ports": given.ports } } : {}),
  },
  spec: { nodeName: "n1", containers: [{ name: "c", ports: [{ name: "http", containerPort: 8069 }] }] },
  status: {
    phase: "Running",
    podIP: "127.0.1.2",
    conditions: [{ type: "Ready", status: given.isReady === false ? "False" : "True" }],
  },
});

test("a pod becomes an endpoint with its conditions, node and the number of the named port", () => {
  const [slice] = buildEndpointSlices(service(), [
    pod("a"),
    pod("b", { isReady: false }),
    pod("c", { isEnding: true }),
  ]);
  expect(slice?.ports).toEqual([{ name: "http", protocol: "TCP", port: 8069 }]);
  expect(slice?.endpoints.map(({ conditions }) => conditions)).toEqual([
    { ready: true, serving: true, terminating: false },
    { ready: false, serving: false, terminating: false },
    { ready: false, serving: true, terminating: true },
  ]);
  expect(slice?.endpoints[0]).toMatchObject({
    addresses: ["127.0.1.2"],
    nodeName: "n1",
    targetRef: { name: "a" },
  });
});

test("pods with mapped ports get a slice for each set of numbers", () => {
  const pods = [pod("a", { ports: '{"8069":40001}' }), pod("b", { ports: '{"8069":40002}' })];
  const slices = buildEndpointSlices(service(), pods);
  expect(slices.map(({ ports }) => ports?.[0]?.port)).toEqual([40001, 40002]);
  expect(new Set(slices.map(({ metadata }) => metadata.name)).size).toBe(2);
});

test("addresses that are not ready are published when the Service says so", () => {
  const [slice] = buildEndpointSlices(service({ publishNotReadyAddresses: true }), [
    pod("a", { isReady: false }),
  ]);
  expect(slice?.endpoints[0]?.conditions?.ready).toBe(true);
});

test("a Service without pods keeps one empty slice, one without selector none", () => {
  expect(buildEndpointSlices(service(), [])).toMatchObject([{ endpoints: [] }]);
  expect(buildEndpointSlices(service({ selector: {} }), [pod("a")])).toEqual([]);
});

import { expect, test } from "vitest";
import type { EndpointSlice, Ingress, IngressPath, Service } from "../client/kube-types.ts";
import { findEndpoints } from "./find-endpoints.ts";
import { findRoute, parseHost } from "./find-route.ts";

const path = (serviceName: string, at: string, pathType: "Prefix" | "Exact" = "Prefix"): IngressPath => ({
  path: at,
  pathType,
  backend: { service: { name: serviceName, port: { number: 80 } } },
});
const ingress = (host: string | undefined, ...paths: IngressPath[]): Ingress => ({
  metadata: { name: host ?? "any", namespace: "x" },
  spec: { rules: [{ ...(host ? { host } : {}), http: { paths } }] },
});
const find = (ingresses: Ingress[], host: string, at: string): string | undefined =>
  findRoute(ingresses, host, at)?.serviceName;

test("the longest prefix wins, an exact path before all", () => {
  const rules = [
    ingress(
      "a.test",
      path("root", "/"),
      path("web", "/web"),
      path("socket", "/web/socket"),
      path("exact", "/web", "Exact"),
    ),
  ];
  expect(find(rules, "a.test", "/")).toBe("root");
  expect(find(rules, "a.test", "/web")).toBe("exact");
  expect(find(rules, "a.test", "/web/login")).toBe("web");
  expect(find(rules, "a.test", "/web/socket/1")).toBe("socket");
});

test("a prefix ends at a slash", () => {
  const rules = [ingress("a.test", path("web", "/web"), path("api", "/api/"))];
  expect(find(rules, "a.test", "/website")).toBeUndefined();
  expect(find(rules, "a.test", "/api")).toBe("api");
});

test("the very host wins over a wildcard, and this over a rule for all", () => {
  const rules = [
    ingress(undefined, path("all", "/")),
    ingress("*.test", path("wild", "/")),
    ingress("a.test", path("a", "/")),
  ];
  expect(find(rules, "a.test", "/")).toBe("a");
  expect(find(rules, "b.test", "/")).toBe("wild");
  expect(find(rules, "c.b.test", "/")).toBe("all");
  expect(find(rules.slice(1), "elsewhere", "/")).toBeUndefined();
});

test("the host of a request is compared without port and in lower case", () => {
  expect(parseHost("Acme.Localhost:8080")).toBe("acme.localhost");
});

const service: Service = {
  metadata: { name: "web", namespace: "x" },
  spec: {
    ports: [
      { name: "http", port: 80 },
      { name: "ws", port: 8072 },
    ],
  },
};
const slice = (port: number, conditions: { ready: boolean; serving: boolean }): EndpointSlice => ({
  metadata: { name: `s${port}`, namespace: "x" },
  addressType: "IPv4",
  ports: [
    { name: "http", port },
    { name: "ws", port: port + 1 },
  ],
  endpoints: [{ addresses: ["127.0.0.9"], conditions }],
});
const route = { namespace: "x", serviceName: "web", port: { number: 8072 } };

test("endpoints are found by the port's name behind the Service's number, ready ones only", () => {
  const slices = [slice(1000, { ready: true, serving: true }), slice(2000, { ready: false, serving: false })];
  expect(findEndpoints(route, service, slices)).toEqual([{ address: "127.0.0.9", port: 1001 }]);
});

test("when every endpoint is ending, those that still serve are used", () => {
  expect(findEndpoints(route, service, [slice(1000, { ready: false, serving: true })])).toHaveLength(1);
});

test("a Service that is missing, or without that port, has no endpoints", () => {
  const slices = [slice(1000, { ready: true, serving: true })];
  expect(findEndpoints(route, undefined, slices)).toEqual([]);
  expect(findEndpoints({ ...route, port: { number: 1 } }, service, slices)).toEqual([]);
});

import { expect, test } from "vitest";
import type { ContainerStatus, Pod } from "../client/index.ts";
import { parseQuantity } from "../client/quantity.ts";
import type { ConfigReader } from "./config-reader.ts";
import { formatLogLines, parseLogQuery } from "./container-logs.ts";
import { expandVariables, resolveEnvironment } from "./pod-environment.ts";
import { buildPodStatus, computePhase, computeQosClass, type PodObservation } from "./pod-status.ts";
import { makeRestartBackoff } from "./restart-backoff.ts";
import { findServiceNames, rewriteServiceNames } from "./service-names.ts";

const makePod = (spec: Partial<Pod["spec"]> = {}): Pod => ({
  metadata: {
    name: "web-0",
    namespace: "shop",
    uid: "u1",
    labels: { app: "web" },
    annotations: { "a/b": "note" },
  },
  spec: { containers: [{ name: "web", image: "x" }], nodeName: "node-1", ...spec },
});

test("the first restart is at once, the next wait 10 s doubling to 5 min, and 10 good minutes forgive all", () => {
  const backoff = makeRestartBackoff();
  const delays = Array.from({ length: 8 }, () => backoff.nextDelayMs(1_000) / 1_000);
  expect(delays).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  expect(backoff.nextDelayMs(600_000)).toBe(0);
  expect(backoff.nextDelayMs(1_000)).toBe(10_000);
});

test("variables are expanded as Kubernetes does", () => {
  const env = { HOST: "db", EMPTY: "" };
  expect(expandVariables("$(HOST):$(PORT) $$(HOST) $(EMPTY)| $HOST", env)).toBe("db:$(PORT) $(HOST) | $HOST");
  expect(expandVariables("$(toString)", env)).toBe("$(toString)");
});

test("an environment takes from Secrets, ConfigMaps and the pod, later entries before earlier ones", async () => {
  const objects: Record<string, Record<string, string>> = {
    cm: { A: "cm-a", B: "cm-b" },
    sec: { B: "sec-b", key: "$(A)" },
  };
  const config: ConfigReader = {
    read: async ({ name }) =>
      new Map(Object.entries(objects[name] ?? {}).map(([key, value]) => [key, Buffer.from(value)])),
    readKey: async ({ name }, key) => {
      const value = objects[name]?.[key];
      return value === undefined ? undefined : Buffer.from(value);
    },
  };
  const container = {
    name: "web",
    envFrom: [{ configMapRef: { name: "cm" } }, { prefix: "S_", secretRef: { name: "sec" } }],
    env: [
      { name: "B", value: "own-$(A)" },
      { name: "SECRET", valueFrom: { secretKeyRef: { name: "sec", key: "key" } } },
      { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "LABEL", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: "URL", value: "http://$(IP)/$(LATER)" },
      { name: "GONE", valueFrom: { configMapKeyRef: { name: "none", key: "x", optional: true } } },
      { name: "LATER", value: "1" },
    ],
  };
  const view = { pod: makePod(), podIP: "127.1.0.1", hostIP: "127.1.0.0" };
  expect(await resolveEnvironment({ ...view, container, config })).toEqual({
    HOSTNAME: "web-0",
    A: "cm-a",
    B: "own-cm-a",
    S_B: "sec-b",
    S_key: "$(A)",
    SECRET: "$(A)",
    IP: "127.1.0.1",
    LABEL: "web",
    URL: "http://127.1.0.1/$(LATER)",
    LATER: "1",
  });
});

test("names of Services become addresses, with their ports where those differ, and nothing else does", () => {
  const targets = new Map([
    ["postgres.pool-1.svc", { address: "127.11.0.5", ports: new Map([[5432, 5432]]) }],
    ["postgres-0.postgres.pool-1.svc", { address: "127.11.0.6", ports: new Map([[5432, 40001]]) }],
    ["web.shop.svc", { address: "127.11.0.7", ports: new Map([[80, 8069]]) }],
  ]);
  const rewrite = (text: string) => rewriteServiceNames(text, targets);
  expect(rewrite("db_host = postgres.pool-1.svc.cluster.local")).toBe("db_host = 127.11.0.5");
  expect(rewrite("postgres://u:p@postgres.pool-1.svc:5432/x")).toBe("postgres://u:p@127.11.0.5:5432/x");
  expect(rewrite("http://web.shop.svc:80/path")).toBe("http://127.11.0.7:8069/path");
  expect(rewrite("db_host = postgres-0.postgres.pool-1.svc\ndb_port = 5432\nhttp_port = 8069\n")).toBe(
    "db_host = 127.11.0.6\ndb_port = 40001\nhttp_port = 8069\n",
  );
  const others = ["unknown.ns.svc", "svc", "a.svc.example.com", "my.postgres.pool-1.svc-x", "a.b.svcs"];
  for (const text of others) expect(rewrite(text)).toBe(text);
  expect(findServiceNames("a.b.svc,a.b.svc.cluster.local; c.a.b.svc")).toEqual(["a.b.svc", "c.a.b.svc"]);
  expect(findServiceNames("a.svc.example.com x.y.z.q.svc")).toEqual([]);
});

const status = (
  name: string,
  state: ContainerStatus["state"],
  more: Partial<ContainerStatus> = {},
): ContainerStatus => ({
  name,
  image: "x",
  imageID: "x",
  ready: false,
  restartCount: 0,
  ...(state ? { state } : {}),
  ...more,
});
const running = { running: { startedAt: "2026-01-01T00:00:00Z" } };
const waiting = { waiting: { reason: "ContainerCreating" } };
const ended = (exitCode: number) => ({ terminated: { exitCode } });

const observe = (containers: ContainerStatus[], more: Partial<PodObservation> = {}): PodObservation => ({
  pod: makePod(),
  podIP: "127.11.0.9",
  hostIP: "127.11.0.1",
  startTime: "2026-01-01T00:00:00Z",
  initContainers: [],
  containers,
  now: new Date("2026-01-02T00:00:00Z"),
  ...more,
});

test("the phase follows the containers and the restart policy", () => {
  const never = { pod: makePod({ restartPolicy: "Never" as const }) };
  const onFailure = { pod: makePod({ restartPolicy: "OnFailure" as const }) };
  expect(computePhase(observe([status("a", waiting)]))).toBe("Pending");
  expect(computePhase(observe([status("a", running), status("b", waiting)]))).toBe("Pending");
  expect(computePhase(observe([status("a", running)]))).toBe("Running");
  const crashed = status("a", { waiting: { reason: "CrashLoopBackOff" } }, { lastState: ended(1) });
  expect(computePhase(observe([crashed]))).toBe("Running");
  expect(computePhase(observe([status("a", ended(0))]))).toBe("Running");
  expect(computePhase(observe([status("a", ended(0))], never))).toBe("Succeeded");
  expect(computePhase(observe([status("a", ended(0)), status("b", ended(2))], never))).toBe("Failed");
  expect(computePhase(observe([status("a", ended(2))], onFailure))).toBe("Running");
  const initFailed = { initContainers: [status("i", ended(1))] };
  expect(computePhase(observe([status("a", waiting)], { ...never, ...initFailed }))).toBe("Failed");
  expect(computePhase(observe([status("a", waiting)], initFailed))).toBe("Pending");
});

test("conditions say what is not ready, and keep the time of their last transition", () => {
  const first = buildPodStatus(observe([status("a", running, { ready: true }), status("b", running)]), []);
  expect(first).toMatchObject({
    phase: "Running",
    podIP: "127.11.0.9",
    podIPs: [{ ip: "127.11.0.9" }],
    qosClass: "BestEffort",
  });
  const ready = first.conditions?.find(({ type }) => type === "Ready");
  expect(ready).toMatchObject({
    status: "False",
    reason: "ContainersNotReady",
    message: "containers with unready status: [b]",
  });
  const all = [status("a", running, { ready: true }), status("b", running, { ready: true })];
  const later = buildPodStatus(
    observe(all, { now: new Date("2026-01-03T00:00:00Z") }),
    first.conditions ?? [],
  );
  const byType = Object.fromEntries((later.conditions ?? []).map((one) => [one.type, one]));
  expect(byType.Ready).toEqual({ type: "Ready", status: "True", lastTransitionTime: "2026-01-03T00:00:00Z" });
  expect(byType.Initialized).toMatchObject({ status: "True", lastTransitionTime: "2026-01-02T00:00:00Z" });
  expect(Object.keys(byType).sort()).toEqual([
    "ContainersReady",
    "Initialized",
    "PodReadyToStartContainers",
    "PodScheduled",
    "Ready",
  ]);
});

test("the quality of service follows requests and limits", () => {
  const withResources = (resources: object) => makePod({ containers: [{ name: "a", resources }] });
  expect(computeQosClass(makePod())).toBe("BestEffort");
  expect(computeQosClass(withResources({ requests: { cpu: "1" } }))).toBe("Burstable");
  const limits = { cpu: "500m", memory: "1Gi" };
  expect(computeQosClass(withResources({ limits, requests: { cpu: "0.5", memory: "1024Mi" } }))).toBe(
    "Guaranteed",
  );
  expect(parseQuantity("x")).toBeUndefined();
});

test("log lines are chosen and shown as kubectl asks", () => {
  const lines = [
    "2026-01-01T00:00:00.000000000Z stdout F one",
    "2026-01-01T00:00:10.000000000Z stderr P tw",
    "2026-01-01T00:00:10.000000000Z stderr F o",
  ];
  const query = (text: string) => parseLogQuery(new URLSearchParams(text), new Date("2026-01-01T00:00:15Z"));
  expect(formatLogLines(lines, query(""))).toBe("one\ntwo\n");
  expect(formatLogLines(lines, query("sinceSeconds=10"))).toBe("two\n");
  expect(formatLogLines(lines.slice(0, 1), query("timestamps=true"))).toBe(
    "2026-01-01T00:00:00.000000000Z one\n",
  );
  expect(query("follow=true&tailLines=5")).toEqual({ isFollowing: true, hasTimestamps: false, tailLines: 5 });
});

import { expect, test, vi } from "vitest";
import type { EndpointSlice, KubeList, Node } from "../src/client/kube-types.ts";
import {
  addNode,
  apps,
  at,
  createDeployment,
  getDeployment,
  patchDeployment,
  reasonsOfEvents,
  template,
  untilComplete,
  useWorld,
  wait,
} from "./controllers-world.ts";

const world = useWorld();

test("an idle system binds the pod of a new Deployment within 50 ms", async () => {
  const times = [Number.POSITIVE_INFINITY];
  for (let round = 0; round < 20 && Math.min(...times) >= 50; round++) {
    const startMs = performance.now();
    const bound = Promise.withResolvers<void>();
    world.pods.listen((_type, pod) => {
      if (pod.spec.nodeName && pod.metadata.labels?.round === String(round)) bound.resolve();
    });
    const labels = { round: String(round) };
    await world.client.request("POST", `${apps}/deployments`, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: `quick-${round}`, namespace: "work" },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { ...template("q"), metadata: { labels } },
      },
    });
    await bound.promise;
    times.push(performance.now() - startMs);
  }
  expect(Math.min(...times)).toBeLessThan(50);
});

test("a pod that fits nowhere says why, and is bound as soon as a node has room", async () => {
  const big = template("big");
  big.spec.containers[0]!.resources = { requests: { cpu: "3", memory: "64Mi" } };
  await createDeployment(world, { replicas: 3, template: { ...big, metadata: { labels: { app: "web" } } } });
  await vi.waitFor(() => {
    const waiting = world.pods.list("work").filter(({ spec }) => !spec.nodeName);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]?.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: "PodScheduled",
        reason: "Unschedulable",
        message: "0/2 nodes are available: 2 Insufficient cpu.",
      }),
    );
  }, wait);
  await addNode(world.client, "n3");
  await vi.waitFor(() => expect(world.pods.list("work").every(({ spec }) => spec.nodeName)).toBe(true), {
    timeout: 2_000,
    interval: 10,
  });
});

test("EndpointSlices follow the pods of a Service", async () => {
  await world.client.request("POST", `${at}/services`, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "work" },
    spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8069 }] },
  });
  const slices = async (): Promise<EndpointSlice[]> =>
    (
      await world.client.request<KubeList<EndpointSlice>>(
        "GET",
        "/apis/discovery.k8s.io/v1/namespaces/work/endpointslices",
      )
    ).items;
  const readyCount = async (): Promise<number> =>
    (await slices()).flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready)
      .length;
  await createDeployment(world);
  await vi.waitFor(async () => expect(await readyCount()).toBe(2), wait);
  expect((await slices()).flatMap(({ ports }) => ports?.map(({ port }) => port))).toContain(8069);
  await patchDeployment(world, { spec: { replicas: 0 } });
  await vi.waitFor(async () => expect(await readyCount()).toBe(0), wait);
});

test("a silent node becomes Unknown, its pods not ready, and later replaced elsewhere", async () => {
  await createDeployment(world);
  await untilComplete(world, 1);
  world.clockOffsetMs = 41_000;
  await vi.waitFor(async () => {
    const { items } = await world.client.request<KubeList<Node>>("GET", "/api/v1/nodes");
    expect(
      items.map(({ status }) => status?.conditions?.find(({ type }) => type === "Ready")?.status),
    ).toEqual(["Unknown", "Unknown"]);
    expect((await getDeployment(world)).status?.readyReplicas ?? 0).toBe(0);
  }, wait);
  const before = world.pods.list("work").map(({ metadata }) => metadata.uid);
  world.clockOffsetMs = 400_000;
  await vi.waitFor(
    () => expect(world.pods.list("work").some(({ metadata }) => before.includes(metadata.uid))).toBe(false),
    wait,
  );
});

test("a pod of a higher class takes the place of lower ones, which wait until there is room again", async () => {
  const classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
  for (const [name, value] of Object.entries({ spares: -10, customers: 1_000 })) {
    const body = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value };
    await world.client.request("POST", classes, body);
  }
  const deploy = async (name: string, replicas: number) => {
    const { metadata, spec } = template(name);
    spec.containers[0]!.resources = { requests: { cpu: "4", memory: "64Mi" } };
    await world.client.request("POST", `${apps}/deployments`, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace: "work" },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: { metadata, spec: { ...spec, priorityClassName: name } },
      },
    });
  };
  const placed = (app: string) =>
    world.pods.list("work").filter(({ metadata, spec }) => metadata.labels?.app === app && spec.nodeName);
  await deploy("spares", 2);
  await vi.waitFor(() => expect(placed("spares")).toHaveLength(2), wait);
  await deploy("customers", 1);
  await vi.waitFor(() => {
    expect(placed("customers")).toHaveLength(1);
    expect(placed("spares")).toHaveLength(1);
    const waiting = world.pods.list("work").filter(({ spec }) => !spec.nodeName);
    expect(waiting.map(({ metadata }) => metadata.labels?.app)).toEqual(["spares"]);
    expect(waiting[0]?.spec.priority).toBe(-10);
  }, wait);
  await vi.waitFor(async () => expect(await reasonsOfEvents(world)).toContain("Preempted"), wait);
  await addNode(world.client, "n3");
  await vi.waitFor(() => expect(placed("spares")).toHaveLength(2), wait);
});

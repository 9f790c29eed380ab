import { expect, test, vi } from "vitest";
import type { KubeList, ReplicaSet } from "../src/client/kube-types.ts";
import {
  apps,
  at,
  createDeployment,
  getDeployment,
  patchDeployment,
  reasonsOfEvents,
  untilComplete,
  useWorld,
  wait,
} from "./controllers-world.ts";

const world = useWorld();

test("a Deployment becomes bound and ready pods on several nodes, with status and events", async () => {
  await createDeployment(world);
  await untilComplete(world, 1);
  expect(new Set(world.pods.list("work").map(({ spec }) => spec.nodeName))).toEqual(new Set(["n1", "n2"]));
  expect((await getDeployment(world)).metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("1");
  await vi.waitFor(async () => {
    expect(await reasonsOfEvents(world)).toEqual(
      expect.arrayContaining(["ScalingReplicaSet", "SuccessfulCreate", "Scheduled"]),
    );
  }, wait);
});

test("a changed template is rolled out without fewer ready pods, and a deleted pod comes back", async () => {
  await createDeployment(world, { strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } });
  await untilComplete(world, 1);
  let fewest = Number.POSITIVE_INFINITY;
  world.pods.listen(() => {
    const ready = world.pods
      .list("work")
      .filter((pod) => !pod.metadata.deletionTimestamp && pod.status?.phase === "Running");
    fewest = Math.min(fewest, ready.length);
  });
  await patchDeployment(world, {
    spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } } },
  });
  await untilComplete(world, 2);
  expect(fewest).toBeGreaterThanOrEqual(2);
  expect((await getDeployment(world)).metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("2");
  const { items } = await world.client.request<KubeList<ReplicaSet>>("GET", `${apps}/replicasets`);
  expect(items.map(({ spec }) => spec.replicas).sort()).toEqual([0, 2]);

  const [victim] = world.pods.list("work");
  await world.client.request("DELETE", `${at}/pods/${victim?.metadata.name}`);
  await vi.waitFor(() => {
    const names = world.pods.list("work").filter((pod) => pod.status?.phase === "Running");
    expect(names).toHaveLength(2);
    expect(names.map(({ metadata }) => metadata.uid)).not.toContain(victim?.metadata.uid);
  }, wait);
});

test("Recreate never runs old and new pods together, and zero replicas stops all", async () => {
  await createDeployment(world, { strategy: { type: "Recreate" } });
  await untilComplete(world, 1);
  let isMixed = false;
  world.pods.listen(() => {
    const hashes = world.pods.list("work").map(({ metadata }) => metadata.labels?.["pod-template-hash"]);
    isMixed ||= new Set(hashes).size > 1;
  });
  await patchDeployment(world, { spec: { template: { metadata: { annotations: { a: "b" } } } } });
  await untilComplete(world, 2);
  expect(isMixed).toBe(false);
  await patchDeployment(world, { spec: { replicas: 0 } });
  await vi.waitFor(async () => {
    expect(world.pods.list("work")).toHaveLength(0);
    expect((await getDeployment(world)).status).toMatchObject({ observedGeneration: 3, replicas: 0 });
  }, wait);
});

test("a Deployment that is deleted and made again at once comes back whole", async () => {
  await createDeployment(world);
  await untilComplete(world, 1);
  const old = world.pods.list("work").map(({ metadata }) => metadata.uid);
  await world.client.request("DELETE", `${apps}/deployments/web`);
  await createDeployment(world);
  await untilComplete(world, 1);
  await vi.waitFor(() => {
    const now = world.pods.list("work").map(({ metadata }) => metadata.uid);
    expect(now).toHaveLength(2);
    expect(now.some((uid) => old.includes(uid))).toBe(false);
  }, wait);
});

test("a quota that is too small is named in the Deployment and in an event", async () => {
  await world.client.request("POST", `${at}/resourcequotas`, {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "small", namespace: "work" },
    spec: { hard: { pods: "1" } },
  });
  await createDeployment(world);
  await vi.waitFor(async () => {
    const deployment = await getDeployment(world);
    expect(deployment.status?.availableReplicas).toBe(1);
    expect(deployment.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: "ReplicaFailure",
        status: "True",
        reason: "FailedCreate",
        message: expect.stringContaining("exceeded quota"),
      }),
    );
  }, wait);
  await vi.waitFor(async () => expect(await reasonsOfEvents(world)).toContain("FailedCreate"), wait);
});

test("broken connections and a forgotten history are no loss", async () => {
  await createDeployment(world);
  await untilComplete(world, 1);
  world.api.compactHistory();
  world.api.dropConnections();
  await vi.waitFor(
    () => patchDeployment(world, { spec: { template: { metadata: { annotations: { a: "b" } } } } }),
    wait,
  );
  await untilComplete(world, 2);
});

import { expect, it } from "vitest";
import { kinds } from "../client/kinds.ts";
import type { KubernetesObject } from "../client/kubernetes-client.ts";
import { buildPostgresServer, placeOfDedicatedServer } from "../resources/postgres-server.ts";
import { FakeCluster } from "../testing/fake-cluster.ts";
import { makeObjectWriter } from "./object-writer.ts";
import { awaitServer, ensureServerObjects } from "./server-phases.ts";

const place = placeOfDedicatedServer("1");
const gibibyte = 2 ** 30;

function setUp() {
  const cluster = new FakeCluster();
  const newWriter = () => makeObjectWriter({ client: cluster, caches: cluster.caches, guard: () => {} });
  const build = (storageBytes: number) =>
    buildPostgresServer(place, {
      image: "postgres:18",
      password: "x",
      size: { cpuMillicores: 1000, memoryBytes: gibibyte, storageBytes, maxConnections: 20 },
    });
  return { cluster, newWriter, build };
}

const claim: KubernetesObject = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data-postgres-0", namespace: "tenant-1" },
  spec: { resources: { requests: { storage: String(gibibyte) } } },
};

it("writes the Secret first, and nothing when nothing differs", async () => {
  const { cluster, newWriter, build } = setUp();
  await ensureServerObjects(newWriter(), build(gibibyte));
  const writes = cluster.calls.filter((call) => call.startsWith("apply"));
  expect(writes).toEqual(["apply Secret/postgres", "apply Service/postgres", "apply StatefulSet/postgres"]);
  const again = newWriter();
  await ensureServerObjects(again, build(gibibyte));
  expect(again.writes).toBe(0);
});

it("lets a volume grow through its claim, never shrink, and never changes what Kubernetes keeps fixed", async () => {
  const { cluster, newWriter, build } = setUp();
  await ensureServerObjects(newWriter(), build(gibibyte));
  cluster.put(claim);
  cluster.sync();
  const storageOf = (path: string) => {
    const spec = cluster.objects.get(path)!.spec as Record<string, never>;
    const held = (spec.volumeClaimTemplates as KubernetesObject[] | undefined)?.[0]?.spec ?? spec;
    return (held as { resources: { requests: { storage: string } } }).resources.requests.storage;
  };
  const server = "/apis/apps/v1/namespaces/tenant-1/statefulsets/postgres";
  const volume = "/api/v1/namespaces/tenant-1/persistentvolumeclaims/data-postgres-0";
  await ensureServerObjects(newWriter(), build(3 * gibibyte));
  expect([storageOf(server), storageOf(volume)]).toEqual([String(gibibyte), String(3 * gibibyte)]);
  await ensureServerObjects(newWriter(), build(2 * gibibyte));
  expect([storageOf(server), storageOf(volume)]).toEqual([String(gibibyte), String(3 * gibibyte)]);
});

it("waits for the server of a namespace, and tells what keeps it", async () => {
  const { cluster, newWriter, build } = setUp();
  expect(await awaitServer(cluster, "tenant-1")).toMatchObject({ kind: "wait" });
  await ensureServerObjects(newWriter(), build(gibibyte));
  const made = cluster.cacheOf(kinds.StatefulSet).find({ namespace: "tenant-1", name: "postgres" })!;
  cluster.cacheOf(kinds.StatefulSet).remember({
    ...made,
    metadata: { ...made.metadata, resourceVersion: "9999" },
    status: { readyReplicas: 1, observedGeneration: 1 },
  });
  expect(await awaitServer(cluster, "tenant-1")).toEqual({ kind: "done" });
});

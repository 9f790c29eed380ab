import { expect, it } from "vitest";
import { kinds } from "../client/kinds.ts";
import type { DesiredObject } from "../client/shapes.ts";
import { FakeCluster } from "../testing/fake-cluster.ts";
import { makeObjectWriter } from "./object-writer.ts";

const configMap = (value: string): DesiredObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", namespace: "ns" },
  data: { value },
});
const secret: DesiredObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s", namespace: "ns" },
  data: { password: Buffer.from("pä$$").toString("base64") },
};

function setUp(guard: () => void | Promise<void> = () => undefined) {
  const cluster = new FakeCluster();
  return { cluster, writer: makeObjectWriter({ client: cluster, caches: cluster.caches, guard }) };
}

it("creates what is missing, and writes nothing the second time, before any watch event", async () => {
  const { cluster, writer } = setUp();
  expect((await writer.ensure(configMap("1"))).action).toBe("created");
  expect((await writer.ensure(configMap("1"))).action).toBe("none");
  expect(cluster.calls).toEqual(["apply ConfigMap/a"]);
  expect(writer.writes).toBe(1);
});

it("mends drift on the version it has decided on, and tells what differed", async () => {
  const { cluster, writer } = setUp();
  const { object } = await writer.ensure(configMap("1"));
  cluster.put({ ...object, data: { value: "tampered" } }, object.metadata.uid);
  cluster.sync();
  const result = await writer.ensure(configMap("1"));
  expect(result).toMatchObject({ action: "updated", differences: ["data.value"] });
  expect(result.object.data).toEqual({ value: "1" });
});

it("asks the guard right before each write, and not when there is nothing to write", async () => {
  let asked = 0;
  const { writer } = setUp(() => {
    asked += 1;
  });
  await writer.ensure(configMap("1"));
  await writer.ensure(configMap("1"));
  expect(asked).toBe(1);
});

it("looks again when its cache was behind, and decides anew", async () => {
  const { cluster, writer } = setUp();
  const { object } = await writer.ensure(configMap("1"));
  cluster.put({ ...object, status: "by a controller" }, object.metadata.uid);
  const result = await writer.ensure(configMap("2"));
  expect(result.object.data).toEqual({ value: "2" });
  expect(cluster.calls.slice(1)).toEqual(["apply ConfigMap/a", "find ConfigMap/a", "apply ConfigMap/a"]);
});

it("changes nothing when its lease was lost between the decision and the write", async () => {
  const { cluster, writer } = setUp();
  const { object } = await writer.ensure(configMap("1"));
  let isLeaseHeld = true;
  const late = makeObjectWriter({
    client: cluster,
    caches: cluster.caches,
    guard: () => {
      if (!isLeaseHeld) throw new Error("lease lost");
      // It sleeps here; meanwhile another worker takes over and writes.
      isLeaseHeld = false;
      cluster.put({ ...object, data: { value: "newer" } }, object.metadata.uid);
    },
  });
  await expect(late.ensure(configMap("older"))).rejects.toThrow("lease lost");
  expect((await cluster.find({ kind: kinds.ConfigMap, namespace: "ns", name: "a" }))?.data).toEqual({
    value: "newer",
  });
});

it("never caches a Secret", async () => {
  const { cluster, writer } = setUp();
  await writer.ensure(secret);
  await writer.ensure(secret);
  expect(cluster.calls).toEqual(["find Secret/s", "apply Secret/s", "find Secret/s"]);
  expect(await writer.findSecret("ns", "s")).toEqual({ password: "pä$$" });
  expect(await writer.findSecret("ns", "other")).toBeUndefined();
});

it("waits for every write before it reports that one failed", async () => {
  const { cluster, writer } = setUp();
  const bad = { ...configMap("1"), kind: "Unknown" };
  await expect(writer.ensureAll([bad, configMap("1")])).rejects.toThrow("Unknown kind");
  expect(cluster.objects.size).toBe(1);
});

import { afterEach, expect, it } from "vitest";
import { K8sError } from "../client/k8s-error.ts";
import { kinds } from "../client/kinds.ts";
import type { KubernetesObject, ListResult } from "../client/kubernetes-client.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { ScriptedClient } from "../testing/scripted-client.ts";
import { makeReflector } from "./make-reflector.ts";
import type { Reflector } from "./reflector.ts";

const pod = (name: string, resourceVersion: string, uid = `uid-${name}`): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "ns", uid, resourceVersion },
});
const listOf = (resourceVersion: string, ...items: KubernetesObject[]): ListResult<KubernetesObject> => ({
  resourceVersion,
  items,
});
const bookmark = (resourceVersion: string) => ({
  type: "BOOKMARK" as const,
  object: pod("", resourceVersion),
});
const gone = () => new K8sError({ code: 410, reason: "Expired" });

let reflector: Reflector | undefined;
afterEach(async () => {
  await reflector?.dispose();
  reflector = undefined;
});

async function start(...results: (ListResult<KubernetesObject> | Error)[]) {
  const clock = new FakeClock();
  const client = new ScriptedClient(results);
  const errors: unknown[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void errors.push(fields) };
  const started = makeReflector({ client, kind: kinds.Pod, clock, log, random: () => 0.5 });
  reflector = started;
  const changes: string[] = [];
  started.onChange(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
  await clock.advance(0);
  const names = () => started.list("ns").map(({ metadata }) => metadata.name);
  return { clock, client, reflector: started, changes, names, errors };
}

it("fills its cache from a list and then follows the watch", async () => {
  const { client, clock, reflector, changes, names } = await start(listOf("10", pod("a", "5")));
  expect(reflector.hasSynced()).toBe(true);
  expect(client.lastWatch.options).toMatchObject({ resourceVersion: "10", timeoutSeconds: 450 });
  client.lastWatch.push({ type: "ADDED", object: pod("b", "11") });
  client.lastWatch.push({ type: "MODIFIED", object: pod("a", "12") });
  client.lastWatch.push({ type: "DELETED", object: pod("b", "13") });
  await clock.advance(0);
  expect(changes).toEqual(["ADDED a", "ADDED b", "MODIFIED a", "DELETED b"]);
  expect(names()).toEqual(["a"]);
  expect(reflector.find({ namespace: "ns", name: "a" })?.metadata.resourceVersion).toBe("12");
});

it("reconnects at once after ECONNRESET and continues where it was, without a new list", async () => {
  const { client, clock } = await start(listOf("10"));
  client.lastWatch.push(bookmark("20"));
  client.lastWatch.push(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
  await clock.advance(0);
  expect(client.watches).toHaveLength(2);
  expect(client.lastWatch.options.resourceVersion).toBe("20");
  expect(client.lists).toBe(1);
});

it("leaves a connection that it is told to give up, and continues where it was", async () => {
  const { client, clock, reflector } = await start(listOf("10"));
  reflector.reconnect(new K8sError({ reason: "Silence", message: "the API server does not answer" }));
  await clock.advance(0);
  expect(client.watches).toHaveLength(2);
  expect(client.lastWatch.options.resourceVersion).toBe("10");
  expect(client.lists).toBe(1);
});

it("backs off further with each 503, and starts over once an event has come", async () => {
  const { client, clock } = await start(listOf("10"));
  for (let count = 0; count < 4; count += 1) client.refusals.push(new K8sError({ code: 503 }));
  client.lastWatch.push("close");
  await clock.advance(0);
  const seen = [client.watches.length];
  for (const waitMs of [149, 1, 299, 1, 599, 1]) {
    await clock.advance(waitMs);
    seen.push(client.watches.length);
  }
  expect(seen).toEqual([2, 2, 3, 3, 4, 4, 5]);
  await clock.advance(1_200);
  client.lastWatch.push(bookmark("11"));
  client.lastWatch.push("close");
  await clock.advance(0);
  expect(client.watches).toHaveLength(7);
});

it("does not spin when the server closes every watch at once", async () => {
  const { client, clock } = await start(listOf("10"));
  for (let count = 0; count < 20; count += 1) {
    client.lastWatch.push("close");
    await clock.advance(100);
  }
  expect(client.watches.length).toBeLessThan(10);
});

it.each(["status", "stream"])(
  "lists anew after a 410 in the %s, twice in a row, and reports what vanished",
  async (where) => {
    const { client, clock, changes, names } = await start(
      listOf("10", pod("a", "5"), pod("b", "6")),
      listOf("30", pod("b", "25")),
      listOf("40", pod("b", "25"), pod("c", "35")),
    );
    const expire = () =>
      where === "status"
        ? client.lastWatch.push(gone())
        : client.lastWatch.push({ type: "ERROR", object: { code: 410, reason: "Expired" } });
    expire();
    await clock.advance(0);
    expect(client.lastWatch.options.resourceVersion).toBe("30");
    expire();
    await clock.advance(1_000);
    expect(client.lastWatch.options.resourceVersion).toBe("40");
    expect(client.lists).toBe(3);
    expect(changes.slice(2)).toEqual(["DELETED a", "MODIFIED b", "ADDED c"]);
    expect(names()).toEqual(["b", "c"]);
  },
);

it("gives up a watch that falls silent and opens another", async () => {
  const { client, clock } = await start(listOf("10"));
  await clock.advance(60_000);
  client.lastWatch.push(bookmark("11"));
  await clock.advance(89_000);
  expect(client.watches).toHaveLength(1);
  await clock.advance(1_000);
  expect(client.watches).toHaveLength(2);
  expect(client.watches[0]?.options.signal?.aborted).toBe(true);
  expect(client.lastWatch.options.resourceVersion).toBe("11");
});

it("survives a listener that throws, and still tells the others", async () => {
  const { client, clock, reflector, errors } = await start(listOf("10"));
  const heard: string[] = [];
  reflector.onChange(() => {
    throw new Error("a bad listener");
  });
  reflector.onChange(({ object }) => heard.push(object.metadata.name));
  client.lastWatch.push({ type: "ADDED", object: pod("a", "11") });
  client.lastWatch.push({ type: "ADDED", object: pod("b", "12") });
  await clock.advance(0);
  expect(heard).toEqual(["a", "b"]);
  expect(errors).toHaveLength(2);
});

it("keeps trying while the first list fails, and tells who waits when it succeeds", async () => {
  const { clock, reflector, client } = await start(
    new K8sError({ code: 503 }),
    new K8sError({ code: 0 }),
    listOf("1"),
  );
  let isSynced = false;
  const waiting = reflector.waitForSync().then(() => {
    isSynced = true;
  });
  expect(reflector.isStale()).toBe(true);
  expect(isSynced).toBe(false);
  await clock.advance(10_000);
  await waiting;
  expect(client.lists).toBe(3);
});

it("ignores events that are older than what was remembered of a write of ours", async () => {
  const { client, clock, reflector, changes } = await start(listOf("10", pod("a", "5")));
  reflector.remember(pod("a", "15"));
  reflector.remember(pod("new", "16"));
  client.lastWatch.push({ type: "MODIFIED", object: pod("a", "12") });
  client.lastWatch.push({ type: "MODIFIED", object: pod("a", "15") });
  client.lastWatch.push({ type: "ADDED", object: pod("new", "16") });
  await clock.advance(0);
  expect(reflector.find({ namespace: "ns", name: "a" })?.metadata.resourceVersion).toBe("15");
  expect(changes).toEqual(["ADDED a", "MODIFIED a", "ADDED new"]);
});

it("does not bring back an object whose deletion was seen before the answer to our write", async () => {
  const { client, clock, reflector, names } = await start(listOf("10", pod("a", "5")));
  client.lastWatch.push({ type: "DELETED", object: pod("a", "17") });
  await clock.advance(0);
  reflector.remember(pod("a", "16"));
  expect(names()).toEqual([]);
  reflector.remember(pod("a", "18", "another-uid"));
  expect(names()).toEqual(["a"]);
});

it("keeps what was remembered and is younger than a list", async () => {
  const { client, clock, reflector, names } = await start(listOf("10"), listOf("20"), listOf("40"));
  reflector.remember(pod("young", "30"));
  client.lastWatch.push(gone());
  await clock.advance(0);
  expect(names()).toEqual(["young"]);
  client.lastWatch.push(gone());
  await clock.advance(1_000);
  expect(names()).toEqual([]);
});

it("reports an object made anew under its name as one deleted and one added", async () => {
  const { client, clock, changes, names } = await start(
    listOf("10", pod("a", "5", "old")),
    listOf("30", pod("a", "25", "new")),
  );
  client.lastWatch.push(gone());
  await clock.advance(0);
  expect(changes).toEqual(["ADDED a", "DELETED a", "ADDED a"]);
  expect(names()).toEqual(["a"]);
});

it("is stale some seconds after the connection is lost, and fresh again with the next", async () => {
  const { client, clock, reflector } = await start(listOf("10"));
  await clock.advance(60_000);
  expect(reflector.isStale()).toBe(false);
  for (let count = 0; count < 9; count += 1)
    client.refusals.push(new K8sError({ code: 0, reason: "ECONNREFUSED" }));
  client.lastWatch.push("close");
  await clock.advance(9_000);
  expect(reflector.isStale()).toBe(false);
  await clock.advance(2_000);
  expect(reflector.isStale()).toBe(true);
  await clock.advance(120_000);
  expect(reflector.isStale()).toBe(false);
});

it("gives up a watch that is not accepted in time", async () => {
  const { client, clock } = await start(listOf("10"));
  client.isMute = true;
  client.lastWatch.push("close");
  await clock.advance(9_900);
  expect(client.watches).toHaveLength(2);
  await clock.advance(400);
  expect(client.watches[1]?.options.signal?.aborted).toBe(true);
  expect(client.watches).toHaveLength(3);
});

it("tries again at once when it is told that the API server is back", async () => {
  const { client, clock, reflector } = await start(listOf("10"));
  for (let count = 0; count < 9; count += 1) client.refusals.push(new K8sError({ code: 0 }));
  client.lastWatch.push("close");
  await clock.advance(12_500);
  expect(reflector.isConnected()).toBe(false);
  client.refusals.length = 0;
  const seen = client.watches.length;
  reflector.retryNow();
  await clock.advance(0);
  expect(client.watches).toHaveLength(seen + 1);
  expect(reflector.isConnected()).toBe(true);
  reflector.retryNow(); // nothing to do
  await clock.advance(0);
  expect(client.watches).toHaveLength(seen + 1);
});

it("does not wait for a connection that hangs when it is told that the API server is back", async () => {
  const { client, clock, reflector } = await start(listOf("10"));
  client.isMute = true;
  client.lastWatch.push("close");
  await clock.advance(5_000);
  client.isMute = false;
  reflector.retryNow();
  await clock.advance(0);
  expect(reflector.isConnected()).toBe(true);
  expect(client.watches).toHaveLength(3);
});

it("ends its watch and leaves no timer behind when it is disposed", async () => {
  const { client, clock, reflector } = await start(listOf("10"));
  await reflector.dispose();
  expect(client.lastWatch.options.signal?.aborted).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

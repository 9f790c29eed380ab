import { kinds, namespaceOf } from "@odoo-saas/k8s-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeLifecycleRequests } from "./support/lifecycle-requests.ts";
import { ReconcilerHarness, until } from "./support/reconciler-harness.ts";

const harness = new ReconcilerHarness();
let ask: Awaited<ReturnType<typeof makeLifecycleRequests>>;
beforeAll(async () => {
  await harness.start();
  ask = await makeLifecycleRequests(harness);
}, 60_000);
afterAll(() => harness.dispose());

async function makeTenant(slug: string): Promise<string> {
  const { id } = await harness.createTenant(slug);
  await harness.untilRunning(id);
  await harness.untilIdle(`tenant:${id}`);
  return id;
}

const hasDatabase = async (id: string) => {
  const query = "select from pg_database where datname = $1";
  const { rowCount } = await harness.asSuperuser((client) =>
    client.query(query, [harness.login(id).database]),
  );
  return rowCount === 1;
};
const untilGone = (id: string) =>
  until(async () => expect((await harness.tenant(id)).deleted_at).not.toBeNull());
const liveNamespace = (id: string) => harness.kubernetes.get(kinds.Namespace, "", namespaceOf({ id }))!;

test("a database is dropped only when no process is left that could use it", async () => {
  const id = await makeTenant("lingering");
  const namespace = namespaceOf({ id });
  const pod = harness.kubernetes.get(kinds.Pod, namespace, "odoo-0")!;
  // It takes its time to end: nobody owns it, so it does not go with its Deployment.
  const { ownerReferences: _owner, ...metadata } = pod.metadata;
  harness.kubernetes.remove(kinds.Pod, namespace, "odoo-0");
  harness.kubernetes.put({ ...pod, metadata: { ...metadata, name: "ending" } });
  const operation = await ask.remove(id, "lingering");
  await until(async () => expect(await harness.steps(operation, "WAITING")).toEqual(["STOP_WORKLOAD"]));
  expect(harness.kubernetes.get(kinds.Deployment, namespace, "odoo")).toBeUndefined();
  expect(await hasDatabase(id)).toBe(true);
  harness.kubernetes.remove(kinds.Pod, namespace, "ending");
  await untilGone(id);
  expect(await hasDatabase(id)).toBe(false);
});

test("a deletion asked for twice, and while something else is under way, is one operation", async () => {
  const id = await makeTenant("twice");
  const restart = ask.restart(id);
  const [first, second] = await Promise.all([
    restart.then(() => ask.remove(id, "twice")),
    restart.then(() => ask.remove(id, "twice")),
  ]);
  expect(first).toBe(second);
  await untilGone(id);
  await harness.request(`tenant:${id}`); // a third time, on the tombstone
  expect(await harness.operation(first!)).toMatchObject({ state: "SUCCEEDED" });
  await expect(ask.start(id)).rejects.toThrow("no such instance");
});

test("a namespace that cannot go says what holds it, and the deletion goes on when it is freed", async () => {
  const id = await makeTenant("held");
  const before = liveNamespace(id);
  harness.kubernetes.put({ ...before, metadata: { ...before.metadata, finalizers: ["example.com/keep"] } });
  const operation = await ask.remove(id, "held");
  await until(async () => {
    const { state, state_message, conditions } = await harness.tenant(id);
    expect(state).toBe("DELETING");
    expect(state_message).toContain("finalizers example.com/keep");
    expect(conditions.find(({ type }) => type === "Ready")).toMatchObject({
      status: "False",
      reason: "NamespaceStuck",
      message: expect.stringContaining("remove it by hand"),
    });
  });
  expect(await hasDatabase(id)).toBe(false); // nothing of the customer's waits for it
  const live = liveNamespace(id);
  harness.kubernetes.put({ ...live, metadata: { ...live.metadata, finalizers: [] } });
  await untilGone(id);
  expect(await harness.operation(operation)).toMatchObject({ state: "SUCCEEDED" });
});

test("the same subdomain can be created again right after, with nothing of the one before", async () => {
  const first = await makeTenant("again");
  await ask.remove(first, "again");
  const create = () => harness.createTenant("again");
  await expect(create()).rejects.toMatchObject({ constraint: "tenants_slug_alive" }); // not before it is gone
  await untilGone(first);
  const { id } = await create();
  await harness.untilRunning(id);
  expect(await harness.identities(id)).toHaveLength(1);
  expect(namespaceOf({ id })).not.toBe(namespaceOf({ id: first }));
});

import { type KubernetesObject, kinds, namespaceOf } from "@odoo-saas/k8s-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTransaction } from "../src/database/pool.ts";
import { reconcileQueue } from "../src/reconciler/queue/requests.ts";
import { ReconcilerHarness, until } from "./support/reconciler-harness.ts";

const harness = new ReconcilerHarness();
beforeAll(() => {
  harness.spares.push({ planCode: "basic", count: 1 });
  return harness.start();
}, 60_000);
afterAll(() => harness.dispose());

const spares = () =>
  harness.database.worker
    .selectFrom("tenants")
    .selectAll()
    .where("organization_id", "is", null)
    .where("deletion_requested_at", "is", null)
    .execute();

/** Until exactly `count` spares are ready, and nothing is going on with them. */
const untilReady = (count: number) =>
  until(async () => {
    const rows = await spares();
    expect(rows.map(({ state }) => state)).toEqual(Array.from({ length: count }, () => "RUNNING"));
    for (const { id } of rows) expect((await harness.queueRow(`tenant:${id}`)).lease_owner).toBeNull();
    return rows;
  }, 50_000);

const podOf = (id: string) =>
  harness.kubernetes.get(kinds.Pod, namespaceOf({ id }), "odoo-0") as KubernetesObject;
const namespaceLabels = (id: string) =>
  harness.kubernetes.get(kinds.Namespace, "", namespaceOf({ id }))?.metadata.labels ?? {};

/** What the API's function does, with an operation beside it. */
function take(id: string, slug: string): Promise<string> {
  return withTransaction(harness.database.owner, async (transaction) => {
    const { id: organizationId } = await transaction
      .insertInto("organizations")
      .values({ name: slug, personal_of: null })
      .returning("id")
      .executeTakeFirstOrThrow();
    await transaction
      .updateTable("tenants")
      .set({
        ...{ organization_id: organizationId, spare_image: null, slug, admin_email: `${slug}@example.com` },
        ...{ pending_admin_password_hash: "$hash$", generation: 2, state: "PENDING", conditions: "[]" },
      })
      .where("id", "=", id)
      .execute();
    const operation = await transaction
      .insertInto("operations")
      .values({ tenant_id: id, kind: "CREATE", generation: 2 })
      .returning("id")
      .executeTakeFirstOrThrow();
    await reconcileQueue.request(transaction, `tenant:${id}`);
    return operation.id;
  });
}

test("a spare has everything but a route, an owner and an identity", async () => {
  const [spare] = await untilReady(1);
  const { id, slug } = spare!;
  expect(slug).toMatch(/^spare--[0-9a-f]{20}$/);
  const objects = harness.objects(id);
  expect(objects).toEqual(
    expect.arrayContaining(["Deployment odoo", "Secret odoo", "NetworkPolicy default-deny"]),
  );
  expect(objects.filter((name) => name.startsWith("Ingress"))).toEqual([]);
  expect(namespaceLabels(id)).toHaveProperty("saas-kit/spare", "true");
  expect(await harness.identities(id)).toEqual([]);
});

test("one that is taken gets identity and route without a restart, and another takes its place", async () => {
  const [spare] = await untilReady(1);
  const { id } = spare!;
  const [pod, password] = [podOf(id), harness.login(id).password];
  const operationId = await take(id, "warm");
  await harness.untilRunning(id);
  await until(async () => expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED" }));
  expect(await harness.steps(operationId, "SUCCEEDED")).toEqual(
    expect.arrayContaining([
      "PLACEMENT",
      "NAMESPACE",
      "SECRETS",
      "DATABASE",
      "IDENTITY",
      "WORKLOAD",
      "ROUTE",
      "READY",
    ]),
  );
  expect(podOf(id).metadata.uid).toBe(pod.metadata.uid);
  expect(harness.login(id).password).toBe(password);
  expect(await harness.identities(id)).toEqual([{ login: "warm@example.com", password: "$hash$" }]);
  expect(namespaceLabels(id)).not.toHaveProperty("saas-kit/spare");
  expect(harness.kubernetes.get(kinds.Ingress, namespaceOf({ id }), "odoo")).toMatchObject({
    spec: { rules: [{ host: "warm.localhost" }] },
  });
  const [next] = await untilReady(1);
  expect(next!.id).not.toBe(id);
});

test("whichever write the finishing of a spare breaks off at, the next run ends it", async () => {
  // Namespace, the Service behind closed paths, the Ingress.
  for (const failing of [1, 2, 3]) {
    const [spare] = await untilReady(1);
    const { id } = spare!;
    const pod = podOf(id);
    let writes = 0;
    harness.afterWrite = ({ kind, metadata }) => {
      if ((kind === "Namespace" ? metadata.name : metadata.namespace) !== namespaceOf({ id })) return;
      writes += 1;
      if (writes === failing) throw new Error("the connection broke");
    };
    const operationId = await take(id, `cut-${failing}`);
    await harness.untilRunning(id);
    expect(writes).toBeGreaterThanOrEqual(failing);
    await until(async () =>
      expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED" }),
    );
    expect(await harness.identities(id)).toHaveLength(1);
    expect(podOf(id).metadata.uid).toBe(pod.metadata.uid);
    harness.afterWrite = () => {};
  }
});

test("an outdated spare is replaced, and one that nobody wants goes", async () => {
  const [spare] = await untilReady(1);
  await harness.database.owner
    .updateTable("tenants")
    .set({ spare_image: "odoo:older" })
    .where("id", "=", spare!.id)
    .execute();
  await harness.request("spares");
  await until(async () => expect((await harness.tenant(spare!.id)).deleted_at).not.toBeNull());
  expect(harness.kubernetes.get(kinds.Namespace, "", namespaceOf(spare!))).toBeUndefined();
  const [next] = await untilReady(1);
  harness.spares.length = 0;
  await harness.request("spares");
  await until(async () => expect((await harness.tenant(next!.id)).deleted_at).not.toBeNull());
  expect(await spares()).toEqual([]);
});

test("a tenant that was a spare is deleted as any other", async () => {
  harness.spares.push({ planCode: "basic", count: 1 });
  await harness.request("spares");
  const [spare] = await untilReady(1);
  const { id } = spare!;
  await take(id, "short-lived");
  await harness.untilRunning(id);
  const operationId = await harness.requestDeletion(id);
  await until(async () => expect((await harness.tenant(id)).deleted_at).not.toBeNull());
  expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED" });
  expect(harness.kubernetes.get(kinds.Namespace, "", namespaceOf({ id }))).toBeUndefined();
});

test("a pool that is drained loses its spares, which are made anew on another", async () => {
  const [spare] = await untilReady(1);
  const { name } = await harness.place(spare!.id);
  await harness.database.owner
    .updateTable("database_servers")
    .set({ desired_state: "DRAINING", state: "DRAINING" })
    .where("name", "=", name)
    .execute();
  await harness.request("pools");
  await harness.request(`pool:${name as `postgres-shared-${number}`}`);
  await until(async () => expect((await harness.tenant(spare!.id)).deleted_at).not.toBeNull(), 50_000);
  const [another] = await untilReady(1);
  expect((await harness.place(another!.id)).name).not.toBe(name);
}, 120_000);

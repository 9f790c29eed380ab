import { randomUUID } from "node:crypto";
import { kinds, namespaceOf } from "@odoo-saas/k8s-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { makeLifecycleRequests } from "./support/lifecycle-requests.ts";
import { ReconcilerHarness, until } from "./support/reconciler-harness.ts";

const harness = new ReconcilerHarness();
beforeAll(() => harness.start(), 60_000);
afterAll(() => harness.dispose());
afterEach(() => {
  harness.afterWrite = () => {};
});

const createSteps =
  "DATABASE DATABASE_SERVER IDENTITY ISOLATION NAMESPACE PLACEMENT READY ROUTE SECRETS WORKLOAD".split(" ");

const findServer = (tenantId: string) =>
  harness.database.worker
    .selectFrom("database_servers")
    .selectAll()
    .where("name", "=", namespaceOf({ id: tenantId }))
    .executeTakeFirst();
const untilUp = (id: string) =>
  until(
    async () => expect(await harness.tenant(id)).toMatchObject({ state: "RUNNING", state_message: "" }),
    40_000,
  );

test("a tenant of a premium plan comes up on a server of its own, which holds its database and nobody else's", async () => {
  const { id, operationId } = await harness.createTenant("premium", randomUUID(), { planCode: "premium" });
  await untilUp(id);
  const namespace = namespaceOf({ id });
  expect(await findServer(id)).toMatchObject({ kind: "DEDICATED", state: "ACTIVE", max_tenants: 1 });
  expect((await harness.steps(operationId, "SUCCEEDED")).sort()).toEqual(createSteps);
  expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED", error: null });
  expect(await harness.tenant(id)).toMatchObject({ pending_admin_password_hash: null, node_name: "node-1" });
  const rows = await harness.asTenant(id, (client) => client.query("select * from identities"));
  expect(rows.rows).toEqual([{ login: "premium@example.com", password: "$hash$" }]);
  const { rows: databases } = await harness.onServer(namespace, (client) =>
    client.query("select datname as name from pg_database where datname like 't\\_%'"),
  );
  expect(databases).toEqual([{ name: harness.login(id).database }]);
  const wanted = [
    "StatefulSet postgres",
    "Secret postgres",
    "Service postgres",
    "NetworkPolicy allow-control-plane",
  ];
  expect(harness.objects(id)).toEqual(expect.arrayContaining(wanted));
  expect(harness.objects(id).filter((name) => name.includes("template"))).toEqual([]);
  const conditions = (await harness.tenant(id)).conditions.map(({ type, status }) => [type, status]);
  expect(conditions).toContainEqual(["DatabaseServerReady", "True"]);
});

test("the rule of pools holds there too: the tenant's role opens its own database and no other", async () => {
  const { id } = await harness.createTenant("closed", randomUUID(), { strategy: "DEDICATED" });
  await untilUp(id);
  const namespace = namespaceOf({ id });
  const login = harness.login(id);
  const rights = await harness.onServer(namespace, (client) =>
    client.query(
      `select datname as name, has_database_privilege($1, datname, 'connect') as may from pg_database
       where datallowconn and datname <> 'template0'`,
      [login.user],
    ),
  );
  const open = rows(rights).filter(({ may }) => may);
  expect(open.map(({ name }) => name)).toEqual([login.database]);
  const role = await harness.onServer(namespace, (client) =>
    client.query("select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = $1", [
      login.user,
    ]),
  );
  expect(role.rows).toEqual([{ rolsuper: false, rolcreatedb: false, rolcreaterole: false }]);
  const owner = await harness.onServer(namespace, (client) =>
    client.query("select pg_get_userbyid(datdba) as owner from pg_database where datname = $1", [
      login.database,
    ]),
  );
  expect(owner.rows).toEqual([{ owner: "postgres" }]);
});

const rows = ({ rows: found }: { rows: unknown[] }) => found as { name: string; may: boolean }[];

test("the settings that were chosen reach the server, and nothing that is not on the safe list", async () => {
  const settings = JSON.stringify({ work_mem: "24", jit: "off", fsync: "off" });
  const columns = { strategy: "DEDICATED" as const, database_settings: settings };
  const { id } = await harness.createTenant("tuned", randomUUID(), columns);
  await untilUp(id);
  const server = harness.kubernetes.get(kinds.StatefulSet, namespaceOf({ id }), "postgres");
  const text = JSON.stringify(server);
  expect(text).toContain('"work_mem=24MB"');
  expect(text).toContain('"jit=off"');
  expect(text).not.toContain("fsync");
});

test("a reconcile of a dedicated tenant with nothing to do writes nothing", async () => {
  const { id } = await harness.createTenant("still", randomUUID(), { strategy: "DEDICATED" });
  await untilUp(id);
  const key = `tenant:${id}` as const;
  await harness.untilIdle(key);
  const look = async () => ({
    rows: await harness.lastWriters(id),
    writes: harness.kubernetes.writes.length,
  });
  const before = await look();
  const { lease_epoch } = await harness.queueRow(key);
  await harness.request(key);
  await until(async () => expect((await harness.queueRow(key)).lease_epoch).toBeGreaterThan(lease_epoch));
  await harness.untilIdle(key);
  expect(await look()).toEqual(before);
});

test.each(["Secret postgres", "StatefulSet postgres", "Job template"])(
  "a run that ends after it wrote the %s is finished by the next, with one server and one database",
  async (cut) => {
    const id = randomUUID();
    const namespace = namespaceOf({ id });
    let isCut = false;
    harness.afterWrite = ({ kind, metadata }) => {
      if (isCut || metadata.namespace !== namespace || !`${kind} ${metadata.name}`.startsWith(cut)) return;
      isCut = true;
      throw new Error("the connection broke");
    };
    const { operationId } = await harness.createTenant(`cut-${randomUUID().slice(0, 8)}`, id, {
      strategy: "DEDICATED",
    });
    await untilUp(id);
    expect(isCut).toBe(true);
    expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED" });
    const identities = await harness.asTenant(id, (client) => client.query("select * from identities"));
    expect(identities.rowCount).toBe(1);
  },
);

test("an instance whose server goes away is degraded and says so, and recovers with it", async () => {
  const { id } = await harness.createTenant("wavering", randomUUID(), { strategy: "DEDICATED" });
  await untilUp(id);
  const server = harness.kubernetes.get(kinds.StatefulSet, namespaceOf({ id }), "postgres")!;
  harness.kubernetes.put({ ...server, status: { readyReplicas: 0, observedGeneration: 1 } });
  await until(async () => expect(await harness.tenant(id)).toMatchObject({ state: "DEGRADED" }));
  const hurt = await harness.tenant(id);
  expect(hurt.state_message).toContain("database server is not ready");
  expect(hurt.conditions.find(({ type }) => type === "DatabaseServerReady")).toMatchObject({
    status: "False",
  });
  expect(await findServer(id)).toMatchObject({ state: "ACTIVE", conditions: [{ status: "False" }] });
  harness.kubernetes.put({ ...server, status: { readyReplicas: 1, observedGeneration: 1 } });
  await untilUp(id);
  const mended = (await harness.tenant(id)).conditions.find(({ type }) => type === "DatabaseServerReady");
  expect(mended).toMatchObject({ status: "True", message: "" });
});

test("a stopped instance keeps its server, and a larger plan makes the server larger", async () => {
  const ask = await makeLifecycleRequests(harness);
  const { id } = await harness.createTenant("growing", randomUUID(), { planCode: "premium" });
  await untilUp(id);
  const namespace = namespaceOf({ id });
  const untilDone = (operationId: string) =>
    until(async () => expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED" }));
  await untilDone(await ask.stop(id));
  expect(await harness.tenant(id)).toMatchObject({ state: "STOPPED", state_message: "" });
  expect(harness.kubernetes.get(kinds.StatefulSet, namespace, "postgres")?.spec).toMatchObject({
    replicas: 1,
  });
  await untilDone(await ask.start(id));
  const change = await ask.changePlan(id, "enterprise");
  await untilDone(change);
  expect(await harness.steps(change, "SUCCEEDED")).toContain("DATABASE_SERVER");
  const server = JSON.stringify(harness.kubernetes.get(kinds.StatefulSet, namespace, "postgres"));
  expect(server).toContain('"limits":{"cpu":"2000m","memory":"4294967296"}');
  expect(server).toContain('"max_connections=220"');
  const quota = harness.kubernetes.get(kinds.ResourceQuota, namespace, "tenant")?.spec;
  expect(quota).toMatchObject({ hard: { "count/statefulsets.apps": "1" } });
});

test("a lost superuser's Secret is not replaced by another password, but told", async () => {
  const { id } = await harness.createTenant("keyless", randomUUID(), { strategy: "DEDICATED" });
  await untilUp(id);
  await harness.untilIdle(`tenant:${id}`);
  harness.kubernetes.remove(kinds.Secret, namespaceOf({ id }), "postgres");
  await harness.request(`tenant:${id}`);
  await until(async () => expect(await harness.tenant(id)).toMatchObject({ state: "FAILED" }));
  expect((await harness.tenant(id)).state_message).toContain("put it back");
});

test("a deleted dedicated tenant leaves neither namespace nor server nor placement", async () => {
  const { id } = await harness.createTenant("leaving", randomUUID(), { strategy: "DEDICATED" });
  await untilUp(id);
  const operationId = await harness.requestDeletion(id);
  await until(async () => expect((await harness.tenant(id)).deleted_at).not.toBeNull());
  expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED" });
  expect(await findServer(id)).toBeUndefined();
  const placements = harness.database.worker.selectFrom("placements").selectAll().where("tenant_id", "=", id);
  expect(await placements.execute()).toEqual([]);
  const namespace = namespaceOf({ id });
  expect(harness.kubernetes.get(kinds.Namespace, "", namespace)).toBeUndefined();
  expect(harness.kubernetes.all(namespace)).toEqual([]);
});

test("no dedicated tenant has taken a place in a pool", async () => {
  const placed = await harness.database.worker
    .selectFrom("placements as p")
    .innerJoin("database_servers as s", "s.id", "p.database_server_id")
    .select(["s.kind", "p.strategy"])
    .execute();
  expect(placed.length).toBeGreaterThan(0);
  for (const { kind, strategy } of placed) expect([kind, strategy]).toEqual(["DEDICATED", "DEDICATED"]);
});

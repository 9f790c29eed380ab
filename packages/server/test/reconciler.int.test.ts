import { randomUUID } from "node:crypto";
import { kinds, namespaceOf } from "@odoo-saas/k8s-core";
import { makeOdoo } from "@odoo-saas/odoo";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { systemClock } from "../src/core/clock.ts";
import { LeaseLostError } from "../src/core/lease.ts";
import type { ReconcilerContext } from "../src/reconciler/context.ts";
import { withFencedTransaction } from "../src/reconciler/fence.ts";
import { ensureTemplates } from "../src/reconciler/pools/ensure-templates.ts";
import { brokenImage, ReconcilerHarness, testLog, until } from "./support/reconciler-harness.ts";

const harness = new ReconcilerHarness();
beforeAll(() => harness.start(), 60_000);
afterAll(() => harness.dispose());
afterEach(() => {
  harness.afterWrite = () => {};
});

const createSteps = "DATABASE IDENTITY ISOLATION NAMESPACE PLACEMENT READY ROUTE SECRETS WORKLOAD".split(" ");

test("a pool is made, prepared and given its template, and a tenant created meanwhile comes up in it", async () => {
  const { id, operationId } = await harness.createTenant("first");
  await harness.untilRunning(id);
  const pools = await harness.database.worker.selectFrom("database_servers").selectAll().execute();
  expect(pools).toMatchObject([{ name: "postgres-shared-1", state: "ACTIVE", state_message: "" }]);
  expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED", error: null });
  const events = await harness.events(operationId);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  expect((await harness.steps(operationId, "SUCCEEDED")).sort()).toEqual(createSteps);
  expect((await harness.steps(operationId, "RUNNING")).sort()).toEqual(createSteps);
  expect(await harness.tenant(id)).toMatchObject({
    pending_admin_password_hash: null,
    node_name: "node-1",
    observed_generation: 1,
  });
  const placements = harness.database.worker.selectFrom("placements").selectAll().where("tenant_id", "=", id);
  expect(await placements.executeTakeFirst()).toMatchObject({
    strategy: "SHARED",
    reason: "Shared, because the basic plan uses a shared server.",
  });
  expect(await harness.identities(id)).toEqual([{ login: "first@example.com", password: "$hash$" }]);
  const wanted = ["Deployment odoo", "Service odoo", "Ingress odoo", "Secret odoo", "ConfigMap odoo"];
  const guarded = ["PersistentVolumeClaim odoo-data", "NetworkPolicy default-deny", "ResourceQuota tenant"];
  expect(harness.objects(id)).toEqual(expect.arrayContaining([...wanted, ...guarded]));
  await until(() =>
    expect(harness.objects("postgres-shared-1").filter((name) => name.includes("template"))).toEqual([]),
  );
});

test("a reconcile with nothing to do writes nothing anywhere", async () => {
  const { id } = await harness.createTenant("quiet");
  await harness.untilRunning(id);
  const keys = [`tenant:${id}`, "pool:postgres-shared-1", "pools"] as const;
  await Promise.all(keys.map((key) => harness.untilIdle(key)));
  const look = async () => ({
    rows: await harness.lastWriters(id),
    writes: harness.kubernetes.writes.length,
  });
  const before = await look();
  for (const key of keys) {
    const { lease_epoch } = await harness.queueRow(key);
    await harness.request(key);
    await until(async () => expect((await harness.queueRow(key)).lease_epoch).toBeGreaterThan(lease_epoch));
    await harness.untilIdle(key);
  }
  expect(await look()).toEqual(before);
});

test("objects that somebody deletes or changes are back within five seconds", async () => {
  const { id } = await harness.createTenant("mended");
  await harness.untilRunning(id);
  await harness.untilIdle(`tenant:${id}`);
  const { kubernetes } = harness;
  const namespace = namespaceOf({ id });
  kubernetes.remove(kinds.Deployment, namespace, "odoo");
  kubernetes.remove(kinds.NetworkPolicy, namespace, "default-deny");
  const quota = kubernetes.get(kinds.ResourceQuota, namespace, "tenant")!;
  kubernetes.put({ ...quota, spec: { hard: { pods: "99" } } });
  await until(() => {
    expect(kubernetes.get(kinds.Deployment, namespace, "odoo")).toBeDefined();
    expect(kubernetes.get(kinds.NetworkPolicy, namespace, "default-deny")).toBeDefined();
    expect(kubernetes.get(kinds.ResourceQuota, namespace, "tenant")).toHaveProperty("spec", quota.spec);
  }, 5_000);
  await harness.untilRunning(id);
});

test("a lost Secret is made anew with another password, which the role then gets", async () => {
  const { id } = await harness.createTenant("secretive");
  await harness.untilRunning(id);
  await harness.untilIdle(`tenant:${id}`);
  const before = harness.login(id).password;
  harness.kubernetes.remove(kinds.Secret, namespaceOf({ id }), "odoo");
  await harness.request(`tenant:${id}`);
  await until(async () => {
    expect(harness.login(id).password).not.toBe(before);
    expect(await harness.identities(id)).toHaveLength(1);
  });
});

test("a run that ends after any write to the cluster is finished by the next, with the same outcome", async () => {
  const failingWrites = new Map<string, number>();
  const writes = new Map<string, number>();
  const undisturbed = await harness.createTenant("undisturbed");
  await harness.untilRunning(undisturbed.id);
  const expected = harness.objects(undisturbed.id);
  harness.afterWrite = ({ kind, metadata }) => {
    const namespace = kind === "Namespace" ? metadata.name : (metadata.namespace ?? "");
    const count = (writes.get(namespace) ?? 0) + 1;
    writes.set(namespace, count);
    if (failingWrites.get(namespace) === count) throw new Error("the connection broke");
  };
  const cutTenants = expected.map(async (_, index) => {
    const id = randomUUID();
    failingWrites.set(namespaceOf({ id }), index + 1);
    return harness.createTenant(`cut-${index}`, id);
  });
  for (const { id, operationId } of await Promise.all(cutTenants)) {
    await harness.untilRunning(id);
    expect(harness.objects(id)).toEqual(expected);
    expect(await harness.identities(id)).toHaveLength(1);
    expect((await harness.steps(operationId, "RUNNING")).sort()).toEqual(createSteps);
    expect((await harness.steps(operationId, "SUCCEEDED")).sort()).toEqual(createSteps);
    expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED" });
    expect(writes.get(namespaceOf({ id }))).toBeGreaterThan(failingWrites.get(namespaceOf({ id }))! - 1);
  }
});

test("a deleted tenant leaves a tombstone only, and what a late worker writes is swept away", async () => {
  const { id } = await harness.createTenant("doomed");
  await harness.untilRunning(id);
  const { database: name } = harness.login(id);
  const operationId = await harness.requestDeletion(id);
  await until(async () => expect((await harness.tenant(id)).deleted_at).not.toBeNull());
  expect(await harness.operation(operationId)).toMatchObject({ state: "SUCCEEDED" });
  const steps = ["STOP_WORKLOAD", "DROP_DATABASE", "DELETE_NAMESPACE", "DONE"];
  expect(await harness.steps(operationId, "SUCCEEDED")).toEqual(steps);
  const { kubernetes } = harness;
  const namespace = namespaceOf({ id });
  expect(kubernetes.get(kinds.Namespace, "", namespace)).toBeUndefined();
  expect(kubernetes.all(namespace)).toEqual([]);
  const placements = harness.database.worker.selectFrom("placements").selectAll().where("tenant_id", "=", id);
  expect(await placements.execute()).toEqual([]);
  const query =
    "select from pg_roles where rolname = $1 union all select from pg_database where datname = $1";
  const left = await harness.asSuperuser((client) => client.query(query, [name]));
  expect(left.rowCount).toBe(0);
  const labels = { "app.kubernetes.io/managed-by": "saas-kit", "saas-kit/tenant": id };
  kubernetes.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } });
  await until(() => expect(kubernetes.get(kinds.Namespace, "", namespace)).toBeUndefined(), 5_000);
});

test("a database that was lost is not silently replaced by an empty one", async () => {
  const { id } = await harness.createTenant("lost");
  await harness.untilRunning(id);
  await harness.untilIdle(`tenant:${id}`);
  const { database: name } = harness.login(id);
  await harness.asSuperuser((client) => client.query(`drop database ${name} with (force)`));
  await harness.request(`tenant:${id}`);
  await until(async () => expect(await harness.tenant(id)).toMatchObject({ state: "FAILED" }));
  expect((await harness.tenant(id)).state_message).toContain("Restore it from a backup");
});

test("a worker whose lease has passed to another writes neither status nor timeline", async () => {
  const { id } = await harness.createTenant("fenced");
  await harness.untilRunning(id);
  await harness.untilIdle(`tenant:${id}`);
  const key = `tenant:${id}` as const;
  const { worker, owner } = harness.database;
  const { lease_epoch } = await harness.queueRow(key);
  const hold = {
    lease_owner: "another",
    lease_until: new Date(Date.now() + 60_000),
    lease_epoch: lease_epoch + 2,
  };
  // Held by another as far as this worker's own clock knows nothing of it.
  const leaseOf = (epoch: number) => ({ key, epoch, isHeld: () => true, assertHeld: () => {} });
  const write = (epoch: number) =>
    withFencedTransaction(worker, leaseOf(epoch), (transaction) =>
      transaction.updateTable("tenants").set({ state_message: "late" }).where("id", "=", id).execute(),
    );
  await owner.updateTable("reconcile_queue").set(hold).where("key", "=", key).execute();
  await expect(write(lease_epoch + 1)).rejects.toThrow(LeaseLostError);
  expect(await harness.tenant(id)).toMatchObject({ state: "RUNNING", state_message: "" });
});

test("a template that cannot be built says why, what to do and how the log ended", async () => {
  const { worker } = harness.database;
  const pool = await worker
    .selectFrom("database_servers")
    .selectAll()
    .where("name", "=", "postgres-shared-1")
    .executeTakeFirstOrThrow();
  const lease = {
    key: `pool:${pool.name}` as const,
    epoch: 1_000_000,
    isHeld: () => true,
    assertHeld: () => {},
  };
  // Another image asks for another template; its Job fails.
  const reconciler: ReconcilerContext = {
    database: worker,
    cluster: harness.cluster,
    postgresServers: harness.servers,
    application: makeOdoo({ image: () => brokenImage }),
    settings: { cluster: {}, pool: { templateGraceMs: 60_000 } } as ReconcilerContext["settings"],
    changes: { publish: () => {} },
    log: testLog,
    clock: systemClock,
    observe: () => {},
  };
  const run = { reconciler, lease, pool, writer: harness.cluster.makeWriter(lease) };
  expect(await ensureTemplates(run)).toMatchObject([{ state: "BUILDING" }, { state: "OBSOLETE" }]);
  const isJob = ({ kind }: { kind: string }) => kind === "Job";
  const job = harness.kubernetes.all(pool.name).find(isJob)!;
  const conditions = [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }];
  harness.kubernetes.put({ ...job, status: { failed: 1, conditions } });
  const jobs = harness.cluster.caches.of(kinds.Job);
  await until(() => expect(jobs.list(pool.name)[0]).toHaveProperty("status.failed"));
  const failure = /could not be built.*delete the Job template-odoo-19-base.*Its log ended/s;
  expect(await ensureTemplates(run)).toMatchObject([
    { state: "FAILED", message: expect.stringMatching(failure) },
    { state: "OBSOLETE" },
  ]);
});

test("twenty tenants at once never overfill a pool, and a further pool takes the rest", async () => {
  const { worker, owner } = harness.database;
  const { count } = await worker
    .selectFrom("placements")
    .select((expression) => expression.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  await owner
    .updateTable("database_servers")
    .set({ max_tenants: count + 12 })
    .execute();
  const tenants = await Promise.all(Array.from({ length: 20 }, (_, n) => harness.createTenant(`crowd-${n}`)));
  await until(async () => {
    const states = await Promise.all(tenants.map(({ id }) => harness.tenant(id)));
    expect(states.filter(({ state }) => state === "RUNNING")).toHaveLength(20);
    const pools = await worker.selectFrom("database_servers").select("name").orderBy("name").execute();
    expect(pools.map(({ name }) => name)).toEqual(["postgres-shared-1", "postgres-shared-2"]);
    const inFirst = worker
      .selectFrom("placements as p")
      .innerJoin("database_servers as s", "s.id", "p.database_server_id")
      .where("s.name", "=", "postgres-shared-1");
    expect(await inFirst.select("p.tenant_id").execute()).toHaveLength(count + 12);
  });
});

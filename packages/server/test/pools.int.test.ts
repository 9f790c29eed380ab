import { randomUUID } from "node:crypto";
import { type KubernetesObject, kinds } from "@odoo-saas/k8s-core";
import { makeOdoo, pickBundles } from "@odoo-saas/odoo";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTransaction } from "../src/database/pool.ts";
import { addPool } from "../src/placement/add-pool.ts";
import { reconcileQueue } from "../src/reconciler/queue/requests.ts";
import { ReconcilerHarness, testApplication, until } from "./support/reconciler-harness.ts";

const first = "postgres-shared-1";
const harness = new ReconcilerHarness();
let image = "odoo:19";
const bundles = pickBundles(["base", "crm", "sales"]);
const {
  bundles: names,
  describeBundle,
  imageOf,
  buildTemplateJob,
} = makeOdoo({ image: () => image, bundles });
harness.application = { ...testApplication, bundles: names, describeBundle, imageOf, buildTemplateJob };

const jobs = { isHeld: true, started: [] as string[], atOnce: 0 };
const bundleOf = (jobName: string) => jobName.split("-")[3]!;
beforeAll(async () => {
  harness.beforeJob = async (name) => {
    jobs.started.push(bundleOf(name));
    const others = harness.kubernetes.all(first).filter(({ kind }) => kind === "Job");
    jobs.atOnce = Math.max(jobs.atOnce, others.length);
    await until(() => expect(jobs.isHeld).toBe(false), 60_000);
  };
  await harness.start();
}, 60_000);
afterAll(() => harness.dispose());

const pool = (name = first) =>
  harness.database.owner
    .selectFrom("database_servers")
    .selectAll()
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
const templates = async () => (await pool()).templates.map(({ bundle, state }) => `${bundle} ${state}`);
const inPool = async (): Promise<string[]> => {
  const query = "select datname from pg_database where datname like 'template\\_%' order by datname";
  const { rows } = await harness.asSuperuser((client) => client.query<{ datname: string }>(query));
  return rows.map(({ datname }) => datname);
};
const wish = (state: "ACTIVE" | "CORDONED" | "DRAINING", name = first) =>
  harness.database.owner
    .updateTable("database_servers")
    .set({ desired_state: state, state })
    .where("name", "=", name)
    .execute();

test("templates are built one at a time: base first, then what a tenant waits for, and it waits for no other", async () => {
  await until(() => expect(jobs.started).toEqual(["base"]));
  expect(await pool()).toMatchObject({ state: "PREPARING", activated_at: null });
  const { id } = await harness.createTenant("seller", randomUUID(), { bundle: "sales" });
  jobs.isHeld = false;
  await until(async () => expect((await pool()).state).toBe("ACTIVE"));
  await harness.untilRunning(id);
  await until(async () => expect(await templates()).toEqual(["base READY", "crm READY", "sales READY"]));
  expect(jobs.started).toEqual(["base", "sales", "crm"]);
  expect(jobs.atOnce).toBe(1);
}, 60_000);

test("another image has its templates built anew; the old ones go after the grace time", async () => {
  const before = await inPool();
  expect(before).toHaveLength(3);
  image = "odoo:19.1";
  await harness.request(`pool:${first}`);
  await until(async () => {
    const states = await templates();
    expect(states.filter((state) => state.endsWith("READY"))).toHaveLength(3);
    expect(states.filter((state) => state.endsWith("OBSOLETE"))).toHaveLength(3);
  });
  const both = await inPool();
  expect(both).toEqual(expect.arrayContaining(before));
  expect(both).toHaveLength(6);
  const { id } = await harness.createTenant("newer");
  await harness.untilRunning(id);
  harness.pool.templateGraceMs = 0;
  await harness.request(`pool:${first}`);
  await until(async () => expect(await inPool()).toEqual(both.filter((name) => !before.includes(name))));
  await until(async () => expect(await templates()).toEqual(["base READY", "crm READY", "sales READY"]));
}, 60_000);

test("a tenant whose bundle is not offered any more is told so", async () => {
  const { id } = await harness.createTenant("bygone", randomUUID(), { bundle: "bygone" });
  await until(async () => expect(await harness.tenant(id)).toMatchObject({ state: "FAILED" }));
  expect((await harness.tenant(id)).state_message).toContain("not offered any more");
});

test("a pool is measured at intervals: sessions, databases, bytes and load", async () => {
  harness.pool.measureEveryMs = 1;
  await harness.request(`pool:${first}`);
  await until(async () => {
    const row = await pool();
    expect(row.measured_databases).toBe(2);
    expect(row.measured_connections).toBeGreaterThan(0);
    expect(row.measured_bytes).toBeGreaterThan(5 * 7_000_000);
    expect(row.measured_load).toBeGreaterThanOrEqual(0);
    expect(row.measured_active_ms).toBeGreaterThan(0);
  });
  harness.pool.measureEveryMs = 300_000;
});

const setReady = (isReady: boolean) => {
  const server = harness.kubernetes.get<KubernetesObject>(kinds.StatefulSet, first, "postgres")!;
  const status = { observedGeneration: 1, replicas: 1, readyReplicas: isReady ? 1 : 0 };
  harness.kubernetes.put({ ...server, status });
};

test("a server that goes away gets no tenants at once, has failed after a while, and comes back by itself", async () => {
  setReady(false);
  await until(async () => expect((await pool()).unready_since).not.toBeNull());
  expect((await pool()).state).toBe("ACTIVE");
  const { id } = await harness.createTenant("patient");
  await until(async () =>
    expect((await harness.tenant(id)).state_message).toBe("Waiting for a database server with a free place."),
  );
  harness.pool.failedAfterMs = 1;
  await until(async () => expect((await pool()).state).toBe("FAILED"));
  expect((await pool()).state_message).toContain(
    "Look at the pod postgres-0 in the namespace postgres-shared-1",
  );
  expect((await pool()).conditions).toContainEqual(
    expect.objectContaining({ type: "Ready", status: "False" }),
  );
  // Its places are lost: another pool is made, and takes the tenant.
  await harness.untilRunning(id);
  expect((await harness.place(id)).name).toBe("postgres-shared-2");
  harness.pool.failedAfterMs = 60_000;
  setReady(true);
  await until(async () =>
    expect(await pool()).toMatchObject({ state: "ACTIVE", unready_since: null, state_message: "" }),
  );
}, 60_000);

test("a pool that is cordoned while it is reconciled stays so, and gets no tenants until it is open again", async () => {
  await wish("CORDONED");
  await harness.request(`pool:${first}`);
  await harness.untilIdle(`pool:${first}`);
  expect((await pool()).state).toBe("CORDONED");
  const { id } = await harness.createTenant("elsewhere");
  await harness.untilRunning(id);
  expect((await harness.place(id)).name).toBe("postgres-shared-2");
  await wish("ACTIVE");
});

test("an empty pool that is to go is taken down with its namespace, one with tenants is not", async () => {
  const { name } = await withTransaction(harness.database.worker, (transaction) =>
    addPool(transaction, reconcileQueue, harness.pool),
  );
  await until(async () => {
    const { state, templates } = await pool(name);
    expect([state, ...templates.map((template) => template.state)]).toEqual([
      "ACTIVE",
      "READY",
      "READY",
      "READY",
    ]);
  });
  const remove = { desired_state: "DRAINING", state: "DRAINING", removal_requested_at: new Date() } as const;
  const update = harness.database.owner.updateTable("database_servers").set(remove);
  await update.where("name", "in", [name, first]).execute();
  await harness.request(`pool:${name}`);
  await harness.request(`pool:${first}`);
  await until(() => expect(harness.kubernetes.get(kinds.Namespace, "", name)).toBeUndefined());
  await until(async () => {
    const rows = await harness.database.owner
      .selectFrom("database_servers")
      .select("name")
      .orderBy("name")
      .execute();
    expect(rows.map((row) => row.name)).toEqual([first, "postgres-shared-2"]);
  });
  expect(harness.kubernetes.all(name)).toEqual([]);
  expect(harness.kubernetes.get(kinds.Namespace, "", first)).toBeDefined();
}, 60_000);

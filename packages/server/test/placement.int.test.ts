import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Lease } from "../src/core/lease.ts";
import type { ReconcileKey } from "../src/core/ports.ts";
import { makeDatabase, sqlStateOf, withTransaction } from "../src/database/pool.ts";
import { addPool } from "../src/placement/add-pool.ts";
import { reconcilePools } from "../src/reconciler/pools/reconcile-pools.ts";
import { makeQueueWorker } from "../src/reconciler/queue/queue-worker.ts";
import { reconcileQueue } from "../src/reconciler/queue/requests.ts";
import { findPlace } from "../src/reconciler/tenants/placement.ts";
import { findTenantRecord } from "../src/reconciler/tenants/tenant-record.ts";
import { testApplication, testLog, until } from "./support/reconciler-harness.ts";
import { makeTestDatabase, type TestDatabase } from "./support/test-database.ts";

const size = {
  maxTenants: 50,
  connectionBudget: 800,
  cpuMillicores: 2_000,
  memoryBytes: 2 ** 32,
  storageBytes: 100 * 2 ** 30,
};
const poolSettings = {
  ...size,
  image: "postgres:18",
  minFreePlaces: 10,
  failedAfterMs: 60_000,
  measureEveryMs: 60_000,
  templateGraceMs: 60_000,
};

let database: TestDatabase;
beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database?.dispose());
let isSupplied = true;
beforeEach(() => {
  isSupplied = true;
  return sql`truncate platform.tenants, platform.database_servers, platform.reconcile_queue cascade`.execute(
    database.owner,
  );
});

const contextOf = (worker = database.worker) => ({
  database: worker,
  application: testApplication,
  settings: { pool: poolSettings },
  log: testLog,
  changes: { publish: () => {} },
});

async function makeTenants(count: number, planCode: string): Promise<string[]> {
  const { owner } = database;
  const organization = await owner
    .insertInto("organizations")
    .values({ name: "crowd", personal_of: null })
    .returning("id")
    .executeTakeFirstOrThrow();
  const plan = owner.selectFrom("plans").select("id").where("code", "=", planCode);
  const { id: planId } = await plan.executeTakeFirstOrThrow();
  const rows = await owner
    .insertInto("tenants")
    .values(
      Array.from({ length: count }, () => ({
        organization_id: organization.id,
        slug: `t-${randomUUID()}`,
        name: "One of many",
        admin_email: "one@example.com",
        plan_id: planId,
        odoo_version: "19",
        pending_admin_password_hash: null,
        conditions: "[]",
      })),
    )
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

async function makePool(change: { max_tenants?: number; connection_budget?: number } = {}): Promise<string> {
  const { id } = await withTransaction(database.worker, (transaction) =>
    addPool(transaction, reconcileQueue, size),
  );
  const active = { state: "ACTIVE" as const, activated_at: new Date() };
  const row = { ...active, ...change };
  await database.owner.updateTable("database_servers").set(row).where("id", "=", id).execute();
  return id;
}

const request = (...keys: ReconcileKey[]) =>
  withTransaction(database.worker, async (transaction) => {
    for (const key of keys) await reconcileQueue.request(transaction, key);
  });

const pools = () => database.owner.selectFrom("database_servers").selectAll().orderBy("name").execute();

/** What the counters say beside what is really there. */
async function countPlacements() {
  const { rows } = await sql<{ tenants: number; connections: number; used: number; reserved: number }>`
    select count(p.tenant_id)::int as tenants, coalesce(sum(p.connection_limit), 0)::int as connections,
      s.used_tenants as used, s.used_connections as reserved
    from platform.database_servers s left join platform.placements p on p.database_server_id = s.id
    group by s.id order by s.name`.execute(database.owner);
  return rows;
}

/** Two replicas' workers that place tenants, and make pools that are ready at once. */
async function placeAll(tenantIds: string[]): Promise<void> {
  const replicas = [1, 2].map(() =>
    makeDatabase(database.workerUrl, { applicationName: "replica", maxConnections: 15 }),
  );
  const workers = replicas.map((worker) =>
    makeQueueWorker({
      database: worker,
      listenerUrl: database.workerUrl,
      log: testLog,
      concurrency: 25,
      run: (lease) => runKey(worker, lease),
    }),
  );
  try {
    await request(...tenantIds.map((id) => `tenant:${id}` as const));
    await until(async () => {
      const { count } = await database.owner
        .selectFrom("placements")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      expect(count).toBe(tenantIds.length);
    }, 60_000);
  } finally {
    await Promise.all(workers.map((worker) => worker.dispose()));
    await Promise.all(replicas.map((worker) => worker.destroy()));
  }
}

async function runKey(worker: TestDatabase["worker"], lease: Lease) {
  if (lease.key === "pools") return isSupplied ? reconcilePools(contextOf(worker), lease) : {};
  if (lease.key.startsWith("pool:")) {
    await database.owner
      .updateTable("database_servers")
      .set({ state: "ACTIVE", activated_at: new Date() })
      .where("name", "=", lease.key.slice("pool:".length))
      .where("activated_at", "is", null)
      .execute();
    await request("pools");
    return {};
  }
  const record = await findTenantRecord(worker, lease.key.slice("tenant:".length));
  if (record!.placement !== null) return {};
  const place = await findPlace(contextOf(worker), lease, record!);
  await request("pools");
  return place ? {} : { requeueAfterMs: 20 };
}

test("fifty creations at once fill pools to their places and never beyond, and further pools take the rest", async () => {
  await makePool({ max_tenants: 20 });
  await makePool({ max_tenants: 7 });
  await placeAll(await makeTenants(50, "basic"));
  const counts = await countPlacements();
  for (const { tenants, connections, used, reserved } of counts) {
    expect({ used, reserved }).toEqual({ used: tenants, reserved: connections });
  }
  const rows = await pools();
  for (const { used_tenants, max_tenants } of rows) expect(used_tenants).toBeLessThanOrEqual(max_tenants);
  expect(rows.length).toBeGreaterThan(2);
  expect(rows.reduce((sum, row) => sum + row.used_tenants, 0)).toBe(50);
}, 120_000);

test("fifty creations at once never exceed the connections of a pool, though it has places", async () => {
  await makePool({ connection_budget: 320 }); // ten standard tenants
  await placeAll(await makeTenants(50, "standard"));
  const rows = await pools();
  for (const row of rows) {
    expect(row.used_connections).toBe(row.used_tenants * 32);
    expect(row.used_connections).toBeLessThanOrEqual(row.connection_budget);
  }
  expect(rows[0]).toMatchObject({ name: "postgres-shared-1", used_tenants: 10, used_connections: 320 });
}, 120_000);

test("a place says which pool, with how many points and why; a cordoned pool is passed over", async () => {
  const cordoned = await makePool();
  await database.owner
    .updateTable("database_servers")
    .set({ state: "CORDONED", desired_state: "CORDONED" })
    .where("id", "=", cordoned)
    .execute();
  const open = await makePool();
  const [tenantId] = await makeTenants(1, "basic");
  await placeAll([tenantId!]);
  const placement = await database.owner.selectFrom("placements").selectAll().executeTakeFirstOrThrow();
  expect(placement).toMatchObject({ database_server_id: open, connection_limit: 16 });
  expect(placement.score).toBeGreaterThan(80);
  expect(placement.reasons).toContain("0 of 50 places and 0 of 800 connections were taken.");
  const freed = database.owner.deleteFrom("placements").where("tenant_id", "=", tenantId!);
  await freed.execute();
  expect((await pools()).map((row) => [row.used_tenants, row.used_connections])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test("a larger plan takes more of the pool's connections, and is refused where they do not suffice", async () => {
  isSupplied = false;
  await makePool({ connection_budget: 40 });
  const tenants = await makeTenants(2, "basic");
  await placeAll(tenants);
  const standard = await database.owner
    .selectFrom("plans")
    .select("id")
    .where("code", "=", "standard")
    .executeTakeFirstOrThrow();
  const change = (tenantId: string) =>
    database.owner.updateTable("tenants").set({ plan_id: standard.id }).where("id", "=", tenantId).execute();
  const error = await change(tenants[0]!).catch((reason: unknown) => reason);
  expect(sqlStateOf(error)).toBe("23514");
  expect(error).toMatchObject({ constraint: "database_servers_not_overfilled" });
  await database.owner.deleteFrom("placements").where("tenant_id", "=", tenants[1]!).execute();
  await change(tenants[0]!);
  expect(await pools()).toMatchObject([{ used_tenants: 1, used_connections: 32 }]);
});

test("a further pool is made before the places run out, one at a time, and none for pools that only restart", async () => {
  const lease = { key: "pools" as const, epoch: 1, isHeld: () => true, assertHeld: () => {} };
  const supply = async () => {
    await database.owner.deleteFrom("reconcile_queue").execute();
    const row = { key: "pools", lease_epoch: 1, lease_owner: "me", last_error: null, lease_until: null };
    await database.owner.insertInto("reconcile_queue").values(row).execute();
    await reconcilePools(contextOf(), lease);
    return (await pools()).map(({ name }) => name);
  };
  expect(await supply()).toEqual(["postgres-shared-1"]);
  expect(await supply()).toEqual(["postgres-shared-1"]); // it is not ready yet
  const update = database.owner.updateTable("database_servers");
  await update.set({ state: "ACTIVE", activated_at: new Date() }).execute();
  expect(await supply()).toHaveLength(1); // 25 places for the largest shared plan
  await update.set({ unready_since: new Date() }).execute();
  expect(await supply()).toHaveLength(1);
  await update.set({ connection_budget: 9 * 32 + 31 }).execute();
  expect(await supply()).toEqual(["postgres-shared-1", "postgres-shared-2"]);
  await update.set({ state: "ACTIVE", activated_at: new Date() }).execute();
  await update.set({ state: "FAILED" }).where("name", "=", "postgres-shared-2").execute();
  expect(await supply()).toEqual(["postgres-shared-1", "postgres-shared-2", "postgres-shared-3"]);
});

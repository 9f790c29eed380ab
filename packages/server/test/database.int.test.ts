import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReconcileKey } from "../src/core/ports.ts";
import { migrate } from "../src/database/migrate.ts";
import { withTransaction, withViewer } from "../src/database/pool.ts";
import { findRoleFaults } from "../src/database/roles.ts";
import { reconcileQueue } from "../src/reconciler/queue/requests.ts";
import { makeTestDatabase, type TestDatabase } from "./support/test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database.dispose());

const viewer = "11111111-1111-4111-8111-111111111111";
const stranger = "22222222-2222-4222-8222-222222222222";

test("the plans are seeded and bigint arrives as number", async () => {
  const plans = await database.api.selectFrom("plans").selectAll().orderBy("position").execute();
  expect(plans.map((plan) => [plan.code, plan.memory_limit_bytes, plan.is_available])).toEqual([
    ["basic", 1_073_741_824, true],
    ["standard", 2_147_483_648, true],
    ["premium", 4_294_967_296, true],
    ["enterprise", 8_589_934_592, true],
  ]);
});

test("the first sight of a user makes a personal organization, once, which only they see", async () => {
  const ensure = () => sql`select platform.ensure_viewer(${viewer}, 'ann@example.com')`.execute(database.api);
  await Promise.all(Array.from({ length: 8 }, ensure));
  await sql`select platform.ensure_viewer(${stranger}, 'bob@example.com')`.execute(database.api);
  const seen = await withViewer(database.api, { userId: viewer, platformRole: "user" }, (transaction) =>
    transaction.selectFrom("organizations").select("name").execute(),
  );
  expect(seen).toEqual([{ name: "ann" }]);
  const all = await withViewer(database.api, { userId: viewer, platformRole: "admin" }, (transaction) =>
    transaction.selectFrom("organizations").select("name").orderBy("name").execute(),
  );
  expect(all).toEqual([{ name: "ann" }, { name: "bob" }]);
});

test("outside a viewer's transaction the API's role sees nothing, also on a reused connection", async () => {
  expect(await database.api.selectFrom("organizations").selectAll().execute()).toEqual([]);
  expect(await database.api.selectFrom("tenants").select("id").execute()).toEqual([]);
});

test("the API's role can make tenant keys due and nothing else of the queue", async () => {
  const request = (key: ReconcileKey) =>
    withTransaction(database.api, (transaction) => reconcileQueue.request(transaction, key));
  await request(`tenant:${viewer}`);
  await request(`tenant:${viewer}`);
  const rows = await database.worker
    .selectFrom("reconcile_queue")
    .select(["key", "revision", "is_requested"])
    .execute();
  expect(rows).toEqual([{ key: `tenant:${viewer}`, revision: 2, is_requested: true }]);
  await expect(request("pools")).rejects.toThrow("the key pools may not be requested");
  await expect(database.api.selectFrom("reconcile_queue").selectAll().execute()).rejects.toThrow(
    "permission denied",
  );
});

test("a role that would switch row-level security off is refused", async () => {
  expect(await findRoleFaults(database)).toEqual([]);
  expect(await findRoleFaults({ apiUrl: database.workerUrl, workerUrl: database.apiUrl })).toHaveLength(2);
  expect(await findRoleFaults({ apiUrl: database.ownerUrl, workerUrl: database.workerUrl })).toContain(
    "role postgres is a superuser",
  );
});

test("migrations are applied once and in order; one that was changed afterwards is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "migrations-"));
  const directory = pathToFileURL(`${folder}/`);
  const options = { ...database, directory };
  try {
    await writeFile(join(folder, "000101_a.sql"), "create table platform.a (id int)");
    await writeFile(join(folder, "000102_b.sql"), "alter table platform.a add column name text");
    const runs = await Promise.all([migrate(options), migrate(options)]);
    expect(runs.flat()).toEqual(["000101_a.sql", "000102_b.sql"]);
    await writeFile(join(folder, "000103_c.sql"), "create table platform.c (id int); select nonsense");
    await expect(migrate(options)).rejects.toThrow("migration 000103_c.sql failed");
    await expect(
      database.owner
        .selectFrom("c" as "users")
        .selectAll()
        .execute(),
    ).rejects.toThrow("does not exist");
    await writeFile(join(folder, "000101_a.sql"), "create table platform.a (id bigint)");
    await expect(migrate(options)).rejects.toThrow("000101_a.sql was changed");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a connection that is cut between two queries of a transaction fails it and ends nothing else", async () => {
  const cut = withTransaction(database.worker, async (transaction) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
    await sql`select pg_terminate_backend(${rows[0]!.pid}, 5000)`.execute(database.worker);
    await sql`select 1`.execute(transaction);
  });
  await expect(cut).rejects.toThrow();
  const { rows } = await sql`select 1 as alive`.execute(database.worker);
  expect(rows).toEqual([{ alive: 1 }]);
});

import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { encodeGlobalId } from "../src/graphql/global-id.ts";
import { startTestApi, subscribe, type TestApi, type TestUser } from "./support/test-api.ts";

let api: TestApi;
let customer: TestUser;
let admin: TestUser;
beforeAll(async () => {
  api = await startTestApi();
  [customer, admin] = await Promise.all([api.signIn(), api.signIn({ isAdmin: true })]);
});
afterAll(() => api?.dispose());
beforeEach(async () => {
  await sql`truncate platform.tenants, platform.database_servers, platform.reconcile_queue, platform.audit_log
    cascade`.execute(api.database.owner);
});

const fields = "id name state desiredState isBeingRemoved tenantCount spareCount maxTenants freePlaces";
const add = `mutation ($input: AddPoolInput!) { addPool(input: $input) {
  pool { ${fields} connectionBudget storageBytes } userErrors { code field message } } }`;
const act = (name: string, type = "PoolInput") => `mutation ($input: ${type}!) { ${name}(input: $input) {
  pool { ${fields} } userErrors { code field message } } }`;

/** Payload of a mutation on a pool. */
async function call(name: string, input: Record<string, unknown>) {
  const { data } = await admin.query(act(name, name === "removePool" ? "RemovePoolInput" : "PoolInput"), {
    input,
  });
  return data[name];
}

async function addPool(change: Record<string, unknown> = {}): Promise<string> {
  const { data } = await admin.query(add, { input: {} });
  const { id, name } = data.addPool.pool;
  const active = { state: "ACTIVE" as const, activated_at: new Date(), ...change };
  await api.database.owner.updateTable("database_servers").set(active).where("name", "=", name).execute();
  return id;
}

async function addTenant(poolId: string, slug: string, isSpare = false): Promise<string> {
  const { owner } = api.database;
  const organization = await owner
    .insertInto("organizations")
    .values({ name: slug, personal_of: null })
    .returning("id")
    .executeTakeFirstOrThrow();
  const plan = owner.selectFrom("plans").select("id").where("code", "=", "basic");
  const tenant = await owner
    .insertInto("tenants")
    .values({
      organization_id: isSpare ? null : organization.id,
      spare_image: isSpare ? "odoo:19" : null,
      slug,
      name: slug,
      admin_email: "a@example.com",
      plan_id: (await plan.executeTakeFirstOrThrow()).id,
      odoo_version: "19",
      pending_admin_password_hash: null,
      conditions: "[]",
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  const uuid = Buffer.from(poolId, "base64url").toString().split(":")[1]!;
  await owner
    .insertInto("placements")
    .values({
      tenant_id: tenant.id,
      database_server_id: uuid,
      strategy: "SHARED",
      reason: "Shared.",
      database_name: slug,
      role_name: slug,
      score: 97.5,
      reasons: JSON.stringify(["It was the only pool with room."]),
    })
    .execute();
  return tenant.id;
}

const audit = async () =>
  (
    await api.database.owner
      .selectFrom("audit_log")
      .select(["action", "target", "user_id"])
      .orderBy("id")
      .execute()
  ).map(({ action, target, user_id }) => [action, target, user_id]);
const dueKeys = async () =>
  (await api.database.owner.selectFrom("reconcile_queue").select("key").orderBy("key").execute()).map(
    ({ key }) => key,
  );

test("an administrator adds a pool: the next number, the configured size, its key due; the same key adds one", async () => {
  const input = { idempotencyKey: "one" };
  const answers = await Promise.all(Array.from({ length: 5 }, () => admin.query(add, { input })));
  const ids = new Set(answers.map(({ data }) => data.addPool.pool.id));
  expect(ids.size).toBe(1);
  expect(answers[0]!.data.addPool.pool).toMatchObject({
    name: "postgres-shared-1",
    state: "PREPARING",
    maxTenants: 50,
    connectionBudget: 800,
    storageBytes: 100 * 2 ** 30,
    freePlaces: 0,
  });
  expect(await dueKeys()).toEqual(["pool:postgres-shared-1"]);
  const { data } = await admin.query(add, { input: {} });
  expect(data.addPool.pool.name).toBe("postgres-shared-2");
  expect(await audit()).toEqual([
    ["pool.add", "pool:postgres-shared-1", admin.userId],
    ["pool.add", "pool:postgres-shared-2", admin.userId],
  ]);
});

test("customers neither see pools nor touch them, whichever way they ask", async () => {
  const id = await addPool();
  await addTenant(id, "neighbour");
  const forbidden = [
    customer.query("{ pools { name } }"),
    customer.query("query ($id: ID!) { pool(id: $id) { name } }", { id }),
    customer.query("{ strategyUsage { strategy } }"),
    customer.query('{ placementPlan(planCode: "basic", count: 1) { unplaced } }'),
    customer.query(add, { input: {} }),
    ...["cordonPool", "uncordonPool", "drainPool"].map((name) =>
      customer.query(act(name), { input: { poolId: id } }),
    ),
    customer.query(act("removePool", "RemovePoolInput"), { input: { poolId: id, confirmation: "" } }),
  ];
  for (const { errors } of await Promise.all(forbidden))
    expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  const node = await customer.query("query ($id: ID!) { node(id: $id) { id } }", { id });
  expect(node.data.node).toBeNull();
  const { client } = customer.socket();
  await expect(subscribe(client, "subscription { pools { isSnapshot } }").next()).rejects.toThrow(
    "FORBIDDEN",
  );
  // Not even with a resolver's mistake: the rows and rights below it say no.
  const asCustomer = api.database.api.transaction().execute(async (transaction) => {
    await sql`select set_config('app.user_id', ${customer.userId}, true)`.execute(transaction);
    const seen = await sql`select from platform.server_overview`.execute(transaction);
    const changed = await sql`update platform.database_servers set desired_state = 'DRAINING'`.execute(
      transaction,
    );
    return [seen.rows.length, Number(changed.numAffectedRows)];
  });
  expect(await asCustomer).toEqual([0, 0]);
  const makePool = sql`select platform.add_pool(1, 1, 1, 1, 1)`.execute(api.database.api);
  await expect(makePool).rejects.toThrow("only platform administrators");
  expect(await audit()).toHaveLength(1);
});

test("a pool is cordoned, drained and opened again, each once in the audit log, with the reconciler told", async () => {
  const id = await addPool();
  await api.database.owner.deleteFrom("reconcile_queue").execute();
  expect(await call("cordonPool", { poolId: id })).toMatchObject({
    pool: { state: "CORDONED", freePlaces: 0 },
  });
  expect(await dueKeys()).toEqual(["pool:postgres-shared-1", "pools"]);
  await call("cordonPool", { poolId: id });
  expect(await call("drainPool", { poolId: id })).toMatchObject({ pool: { state: "DRAINING" } });
  expect(await call("uncordonPool", { poolId: id })).toMatchObject({
    pool: { state: "ACTIVE", freePlaces: 25 },
  });
  expect((await audit()).map(([action]) => action)).toEqual([
    "pool.add",
    "pool.cordon",
    "pool.drain",
    "pool.uncordon",
  ]);
  await api.database.owner.updateTable("database_servers").set({ state: "FAILED" }).execute();
  expect(await call("cordonPool", { poolId: id })).toMatchObject({
    pool: { state: "FAILED", desiredState: "CORDONED" },
  });
});

test("a pool that does not exist is NOT_FOUND", async () => {
  const unknown = encodeGlobalId("Pool", "00000000-0000-4000-8000-000000000000");
  for (const poolId of [unknown, "nonsense"]) {
    const { errors } = await admin.query(act("cordonPool"), { input: { poolId } });
    expect(errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  }
  const { data } = await admin.query("query ($id: ID!) { pool(id: $id) { name } }", { id: unknown });
  expect(data.pool).toBeNull();
});

test("only a drained, empty pool is removed, after its name was typed; who lives there is shown", async () => {
  const id = await addPool();
  const tenantId = await addTenant(id, "resident");
  await addTenant(id, "spare-1", true);
  const input = { poolId: id, confirmation: "postgres-shared-1" };
  expect((await call("removePool", input)).userErrors).toMatchObject([{ code: "NOT_DRAINING" }]);
  await call("drainPool", { poolId: id });
  expect((await call("removePool", input)).userErrors).toMatchObject([
    {
      code: "NOT_EMPTY",
      message: expect.stringContaining("2 instances still live there, 1 of them warm spares"),
    },
  ]);
  const query = `query ($id: ID!) { pool(id: $id) {
    tenantCount spareCount connectionsReserved tenants { id slug planCode connectionLimit } } }`;
  const { data } = await admin.query(query, { id });
  expect(data.pool).toEqual({
    tenantCount: 2,
    spareCount: 1,
    connectionsReserved: 32,
    tenants: [
      { id: encodeGlobalId("Tenant", tenantId), slug: "resident", planCode: "basic", connectionLimit: 16 },
    ],
  });
  await api.database.owner.deleteFrom("placements").execute();
  const wrong = await call("removePool", { poolId: id, confirmation: "postgres-shared-2" });
  expect(wrong.userErrors).toMatchObject([{ code: "CONFIRMATION_MISMATCH", field: "confirmation" }]);
  expect(await call("removePool", input)).toMatchObject({ pool: { isBeingRemoved: true }, userErrors: [] });
  expect((await call("uncordonPool", { poolId: id })).userErrors).toMatchObject([{ code: "NOT_AVAILABLE" }]);
});

test("administrators see pools live: a snapshot, then what is added and changed", async () => {
  await addPool();
  const { client } = admin.socket();
  const live = subscribe(
    client,
    "subscription { pools { isSnapshot changes { type pool { name state tenantCount } } } }",
  );
  expect((await live.next()).pools).toEqual({
    isSnapshot: true,
    changes: [{ type: "ADDED", pool: { name: "postgres-shared-1", state: "ACTIVE", tenantCount: 0 } }],
  });
  const second = await addPool();
  await live.until(
    ({ pools }) => pools.changes[0].type === "ADDED" && pools.changes[0].pool.name.endsWith("-2"),
  );
  await call("cordonPool", { poolId: second });
  await live.until(({ pools }) =>
    pools.changes.some((change: { pool: { state: string } }) => change.pool.state === "CORDONED"),
  );
  live.stop();
});

test("the dry run says where standard instances would go, when a pool would be made, and creates nothing", async () => {
  await addPool();
  const plan = `query ($plan: String!, $count: Int!) { placementPlan(planCode: $plan, count: $count) {
    strategy dedicatedServers unplaced newPools { name afterCount }
    placements { pool isNew count tenantCountAfter connectionsReservedAfter reasons } } }`;
  const { data } = await admin.query(plan, { plan: "standard", count: 40 });
  expect(data.placementPlan).toMatchObject({
    strategy: "SHARED",
    unplaced: 0,
    newPools: [{ name: "postgres-shared-2", afterCount: 16 }],
  });
  const counts = data.placementPlan.placements.map(({ count }: { count: number }) => count);
  expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(40);
  const dedicated = await admin.query(plan, { plan: "premium", count: 3 });
  expect(dedicated.data.placementPlan).toMatchObject({
    strategy: "DEDICATED",
    dedicatedServers: 3,
    placements: [],
  });
  for (const [planCode, count] of [
    ["nothing", 1],
    ["basic", 0],
    ["basic", 501],
  ] as const) {
    const { errors } = await admin.query(plan, { plan: planCode, count });
    expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  }
  const { data: after } = await admin.query("{ pools { name tenantCount } }");
  expect(after.pools).toEqual([{ name: "postgres-shared-1", tenantCount: 0 }]);
});

test("the distribution of strategies counts instances, servers and what they use; a tenant tells why its pool", async () => {
  const id = await addPool({ measured_bytes: 5_000, measured_load: 0.25, measured_connections: 7 });
  const tenantId = await addTenant(id, "counted");
  await addTenant(id, "spare-2", true);
  const { data } = await admin.query(`{ strategyUsage { strategy tenantCount spareCount serverCount maxTenants
    connectionsReserved connectionBudget connectionsUsed dataBytes load } }`);
  expect(data.strategyUsage).toEqual([
    {
      strategy: "SHARED",
      tenantCount: 1,
      spareCount: 1,
      serverCount: 1,
      maxTenants: 50,
      connectionsReserved: 32,
      connectionBudget: 800,
      connectionsUsed: 7,
      dataBytes: 5_000,
      load: 0.25,
    },
    expect.objectContaining({ strategy: "DEDICATED", tenantCount: 0, serverCount: 0, load: null }),
  ]);
  const tenant = await admin.query(
    "query ($id: ID!) { tenant(id: $id) { bundle placement { pool score reasons } } }",
    { id: encodeGlobalId("Tenant", tenantId) },
  );
  expect(tenant.data.tenant).toEqual({
    bundle: "base",
    placement: { pool: "postgres-shared-1", score: 97.5, reasons: ["It was the only pool with room."] },
  });
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "../src/core/authentication.ts";
import { withViewer } from "../src/database/pool.ts";
import { takeSpare } from "../src/features/tenant/take-spare.ts";
import { startTestApi, type TestApi, type TestUser } from "./support/test-api.ts";

let api: TestApi;
let ann: TestUser;
let bob: TestUser;
let admin: TestUser;
beforeAll(async () => {
  api = await startTestApi();
  [ann, bob, admin] = await Promise.all([api.signIn(), api.signIn(), api.signIn({ isAdmin: true })]);
  await Promise.all([ann, bob, admin].map((user) => user.query("{ viewer { id } }")));
});
afterAll(() => api?.dispose());
beforeEach(async () => {
  const { owner } = api.database;
  await owner.deleteFrom("placements").execute();
  await owner.deleteFrom("tenants").where("organization_id", "is", null).execute();
});

const create = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
  tenant { id slug state } operation { id kind state events { seq step state message } } userErrors { code field } } }`;
const inputOf = (slug: string, more: Record<string, unknown> = {}) => ({
  input: { slug, adminEmail: "boss@example.com", adminPassword: "correct horse", ...more },
});
const uuidOf = (globalId: string) => Buffer.from(globalId, "base64url").toString().split(":")[1]!;
const spareRow = (id: string) =>
  api.database.owner.selectFrom("tenants").selectAll().where("id", "=", id).executeTakeFirstOrThrow();

async function findPlanId(code: string): Promise<string> {
  const { owner } = api.database;
  const plan = await owner
    .selectFrom("plans")
    .select("id")
    .where("code", "=", code)
    .executeTakeFirstOrThrow();
  return plan.id;
}

/** A spare as the reconciler leaves it: running, placed, its key at rest. */
async function makeSpare(
  more: { image?: string; planCode?: string; state?: "RUNNING" | "PROVISIONING" } = {},
) {
  const { image = "odoo:19", planCode = "basic", state = "RUNNING" } = more;
  const { owner } = api.database;
  const id: string = randomUUID();
  const row = {
    name: "Warm spare",
    admin_email: "",
    odoo_version: "19",
    conditions: "[]",
    spare_image: image,
  };
  await owner
    .insertInto("tenants")
    .values({ id, ...row, slug: `spare--${id.slice(0, 8)}`, plan_id: await findPlanId(planCode), state })
    .execute();
  const server = {
    kind: "SHARED" as const,
    name: "postgres-shared-1",
    state: "ACTIVE" as const,
    max_tenants: 50,
  };
  await owner
    .insertInto("database_servers")
    .values({ ...server, conditions: "[]" })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  const placed = await owner.selectFrom("database_servers").select("id").executeTakeFirstOrThrow();
  await owner
    .insertInto("placements")
    .values({
      ...{ tenant_id: id, database_server_id: placed.id, strategy: "SHARED", reason: "" },
      ...{ database_name: `t_${id}`, role_name: `t_${id}` },
    })
    .execute();
  await owner
    .insertInto("reconcile_queue")
    .values({ key: `tenant:${id}`, last_error: null, lease_owner: null, lease_until: null })
    .execute();
  return id;
}

test("a creation takes the spare, and its row says all that was asked for", async () => {
  const id = await makeSpare();
  const { data } = await ann.query(create, inputOf("warm-shop", { name: "Warm Shop" }));
  expect(data.createTenant).toMatchObject({
    tenant: { slug: "warm-shop", state: "PENDING" },
    operation: {
      kind: "CREATE",
      state: "PENDING",
      events: [{ seq: 1, step: "ACCEPTED", message: "A prepared instance was taken." }],
    },
    userErrors: [],
  });
  expect(uuidOf(data.createTenant.tenant.id)).toBe(id);
  const row = await spareRow(id);
  expect(row).toMatchObject({
    name: "Warm Shop",
    admin_email: "boss@example.com",
    pending_admin_password_hash: "hash-of-13",
    spare_image: null,
    generation: 2,
  });
  expect(row.organization_id).not.toBeNull();
  const queue = await api.database.owner
    .selectFrom("reconcile_queue")
    .selectAll()
    .where("key", "=", `tenant:${id}`)
    .execute();
  expect(queue).toMatchObject([{ is_requested: true }]);
});

test("fifty creations at once over five spares take each spare once, and the rest are made anew", async () => {
  const spares = await Promise.all(Array.from({ length: 5 }, () => makeSpare()));
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => (index % 2 ? ann : bob).query(create, inputOf(`rush-${index}`))),
  );
  const ids = answers.map(({ data }) => uuidOf(data.createTenant.tenant.id));
  expect(new Set(ids).size).toBe(50);
  expect(ids.filter((id) => spares.includes(id)).sort()).toEqual([...spares].sort());
  const rows = await Promise.all(spares.map(spareRow));
  expect(new Set(rows.map(({ slug }) => slug)).size).toBe(5);
});

test("the same idempotency key twenty times takes one spare and gives one answer", async () => {
  const spares = await Promise.all([makeSpare(), makeSpare()]);
  const input = inputOf("keyed-shop", { idempotencyKey: "warm-1" });
  const answers = await Promise.all(Array.from({ length: 20 }, () => ann.query(create, input)));
  const made = answers.map(
    ({ data }) => `${data.createTenant.tenant?.id} ${data.createTenant.operation?.id}`,
  );
  expect(new Set(made).size).toBe(1);
  expect(spares).toContain(uuidOf(answers[0]!.data.createTenant.tenant.id));
  const left = await Promise.all(spares.map(spareRow));
  expect(left.filter((row) => row.organization_id === null)).toHaveLength(1);
});

/** Past the checks that come before it in a creation. */
async function takeDirectly(user: TestUser, ownerId: string, slug: string) {
  const planId = await findPlanId("basic");
  const { id: organizationId } = await api.database.owner
    .selectFrom("organizations")
    .select("id")
    .where("personal_of", "=", ownerId)
    .executeTakeFirstOrThrow();
  const { userId, sessionId, token: accessToken } = user;
  const viewer: Viewer = {
    ...{ userId, sessionId, accessToken, email: "", platformRole: "user", expiresAt: new Date() },
  };
  return withViewer(api.database.api, viewer, (transaction) =>
    takeSpare(transaction, {
      ...{ organizationId, planId, slug, name: slug, adminEmail: "b@example.com", passwordHash: "h" },
      ...{ odooVersion: "19", bundle: "base", image: "odoo:19" },
    }),
  );
}

test("a creation that fails leaves the spare where it was", async () => {
  await ann.query(create, inputOf("taken-shop"));
  const id = await makeSpare();
  const taking = takeDirectly(bob, bob.userId, "taken-shop");
  await expect(taking).rejects.toMatchObject({ constraint: "tenants_slug_alive" });
  expect(await spareRow(id)).toMatchObject({ organization_id: null, state: "RUNNING" });
});

test("nobody takes a spare for an organization in which he may not create", async () => {
  const id = await makeSpare();
  await expect(takeDirectly(bob, ann.userId, "theft")).rejects.toMatchObject({ code: "42501" });
  expect(await spareRow(id)).toMatchObject({ organization_id: null });
});

test.each([
  ["of another plan", { planCode: "standard" }],
  ["made with an older image", { image: "odoo:19-old" }],
  ["that is not ready", { state: "PROVISIONING" as const }],
])("a spare %s is not taken", async (what, more) => {
  const id = await makeSpare(more);
  const { data } = await ann.query(create, inputOf(`not-${what.split(" ").at(-1)}`));
  expect(uuidOf(data.createTenant.tenant.id)).not.toBe(id);
  expect(await spareRow(id)).toMatchObject({ organization_id: null });
});

test("a spare that is being reconciled at this moment is passed over", async () => {
  const [busy, free] = [await makeSpare(), await makeSpare()];
  await api.database.owner
    .updateTable("reconcile_queue")
    .set({ lease_owner: "worker", lease_until: new Date(Date.now() + 60_000) })
    .where("key", "=", `tenant:${busy}`)
    .execute();
  const { data } = await ann.query(create, inputOf("passes-over"));
  expect(uuidOf(data.createTenant.tenant.id)).toBe(free);
});

test("customers and the administrator's lists do not see spares; the stock is the administrator's", async () => {
  const id = await makeSpare();
  await makeSpare({ image: "odoo:19-old" });
  await makeSpare({ planCode: "standard", state: "PROVISIONING" });
  const globalId = Buffer.from(`Tenant:${id}`).toString("base64url");
  const list = `query ($id: ID!) { tenant(id: $id) { slug } node(id: $id) { id }
    tenants(filter: { search: "spare--" }) { totalCount edges { node { slug } } } }`;
  for (const user of [ann, admin]) {
    const seen = await user.query(list, { id: globalId });
    expect(seen.data).toEqual({ tenant: null, node: null, tenants: { totalCount: 0, edges: [] } });
  }
  const stock = "{ spares { planCode odooVersion bundle wanted ready preparing removing } }";
  const refused = await ann.query(stock);
  expect(refused.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  expect((await admin.query(stock)).data.spares).toEqual([
    { planCode: "basic", odooVersion: "19", bundle: "base", wanted: 2, ready: 1, preparing: 0, removing: 1 },
    {
      planCode: "standard",
      odooVersion: "19",
      bundle: "base",
      wanted: 0,
      ready: 0,
      preparing: 1,
      removing: 0,
    },
  ]);
  const mutation = `mutation ($input: DeleteTenantInput!) { deleteTenant(input: $input) { userErrors { code } } }`;
  const removal = await admin.query(mutation, { input: { tenantId: globalId, confirmation: "spare" } });
  expect(removal.errors?.[0]?.extensions.code).toBe("NOT_FOUND");
});

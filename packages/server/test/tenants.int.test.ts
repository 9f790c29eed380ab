import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Json, startTestApi, type TestApi, type TestUser } from "./support/test-api.ts";

let api: TestApi;
let ann: TestUser;
let bob: TestUser;
let admin: TestUser;
beforeAll(async () => {
  api = await startTestApi();
  [ann, bob, admin] = await Promise.all([api.signIn(), api.signIn(), api.signIn({ isAdmin: true })]);
});
afterAll(() => api?.dispose());

const create = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
  tenant { id slug name url state plan { code } organization { id name } pods { items { name } isStale } }
  operation { id kind state tenantId events { seq step state } }
  userErrors { code field message } } }`;
const remove = `mutation ($input: DeleteTenantInput!) { deleteTenant(input: $input) {
  tenant { id state } operation { id kind state } userErrors { code field } } }`;

const inputOf = (slug: string, more: Record<string, unknown> = {}) => ({
  input: { slug, adminEmail: "boss@example.com", adminPassword: "correct horse", ...more },
});
const rowsOf = (slug: string) =>
  api.database.owner.selectFrom("tenants").selectAll().where("slug", "=", slug).execute();

test("a creation leaves the tenant, its operation, an audit row and a due key, and keeps no password", async () => {
  const { data } = await ann.query(create, inputOf("acme", { name: " Acme Ltd " }));
  expect(data.createTenant).toMatchObject({
    tenant: {
      slug: "acme",
      name: "Acme Ltd",
      url: "http://acme.localhost:8080",
      state: "PENDING",
      plan: { code: "basic" },
      pods: { items: [], isStale: false },
    },
    operation: {
      kind: "CREATE",
      state: "PENDING",
      tenantId: data.createTenant.tenant.id,
      events: [{ seq: 1, step: "ACCEPTED", state: "SUCCEEDED" }],
    },
    userErrors: [],
  });
  const [row] = await rowsOf("acme");
  expect(row).toMatchObject({ generation: 1, pending_admin_password_hash: "hash-of-13" });
  const { owner } = api.database;
  const queue = await owner
    .selectFrom("reconcile_queue")
    .selectAll()
    .where("key", "=", `tenant:${row!.id}`)
    .execute();
  expect(queue).toMatchObject([{ is_requested: true, revision: 1 }]);
  const audit = await owner.selectFrom("audit_log").selectAll().execute();
  expect(audit).toMatchObject([
    { user_id: ann.userId, action: "tenant.create", target: `tenant:${row!.id}` },
  ]);
  expect(JSON.stringify([row, audit])).not.toContain("correct horse");
});

test("everything that is wrong with an input is told at once, and nothing is created or hashed", async () => {
  const hashedBefore = api.hashed.length;
  const close = { is_available: false };
  await api.database.owner.updateTable("plans").set(close).where("code", "=", "enterprise").execute();
  const { data } = await ann.query(
    create,
    inputOf("Bad--Slug", {
      adminEmail: "nobody",
      adminPassword: "short",
      planCode: "enterprise",
      odooVersion: "12",
    }),
  );
  const { tenant, userErrors } = data.createTenant;
  expect(tenant).toBeNull();
  expect(userErrors.map((error: { field: string; code: string }) => [error.field, error.code])).toEqual([
    ["slug", "INVALID"],
    ["adminEmail", "INVALID"],
    ["adminPassword", "TOO_SHORT"],
    ["odooVersion", "VERSION_NOT_AVAILABLE"],
    ["planCode", "PLAN_NOT_AVAILABLE"],
  ]);
  expect(api.hashed).toHaveLength(hashedBefore);
  expect(await rowsOf("Bad--Slug")).toEqual([]);
});

test("a value that PostgreSQL cannot store is the caller's fault, wherever it stands", async () => {
  const before = await api.database.owner.selectFrom("tenants").select("id").execute();
  const count =
    "query ($filter: TenantFilter, $after: String) { tenants(filter: $filter, after: $after) { totalCount } }";
  const cursor = ["CREATED_AT", "2026-02-31 00:00:00+00", randomUUID()];
  const answers = await Promise.all([
    ann.query(create, inputOf("nul-plan", { planCode: "\u0000" })),
    ann.query(create, inputOf("nul-key", { idempotencyKey: "\u0000" })),
    ann.query(count, { filter: { search: "\u0000" } }),
    ann.query(count, { filter: { planCodes: ["\u0000"] } }),
    ann.query(count, { after: Buffer.from(JSON.stringify(cursor)).toString("base64url") }),
  ]);
  for (const { errors } of answers) expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT" });
  expect(await api.database.owner.selectFrom("tenants").select("id").execute()).toEqual(before);
});

test("fifty creations of one subdomain at once make one tenant and 49 conflicts", async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => (index % 2 ? ann : bob).query(create, inputOf("popular"))),
  );
  const payloads = answers.map((answer) => answer.data.createTenant);
  expect(payloads.filter((payload) => payload.tenant !== null)).toHaveLength(1);
  const codes = payloads.flatMap((payload) => payload.userErrors).map((error) => error.code);
  expect(codes).toEqual(Array.from({ length: 49 }, () => "TAKEN"));
  expect(await rowsOf("popular")).toHaveLength(1);
});

test("the same idempotency key fifty times makes one tenant and one answer", async () => {
  const input = inputOf("once-only", { idempotencyKey: "k1" });
  const answers = await Promise.all(Array.from({ length: 50 }, () => ann.query(create, input)));
  const ids = answers.map(({ data }) => `${data.createTenant.tenant?.id} ${data.createTenant.operation?.id}`);
  expect(new Set(ids).size).toBe(1);
  expect(answers[0]!.data.createTenant.userErrors).toEqual([]);
  const reused = await ann.query(create, inputOf("twice-only", { idempotencyKey: "k1" }));
  expect(reused.data.createTenant.userErrors).toMatchObject([{ code: "IDEMPOTENCY_KEY_REUSED" }]);
  expect(await rowsOf("twice-only")).toEqual([]);
  const keys = await api.database.owner.selectFrom("idempotency_keys").selectAll().execute();
  expect(JSON.stringify(keys)).not.toContain("correct");
});

test("a key used with two inputs at once makes one tenant", async () => {
  const answers = await Promise.all(
    ["race-a", "race-b"].map((slug) => ann.query(create, inputOf(slug, { idempotencyKey: "k2" }))),
  );
  const payloads = answers.map((answer) => answer.data.createTenant);
  expect(payloads.filter((payload) => payload.tenant)).toHaveLength(1);
  expect(payloads.flatMap((payload) => payload.userErrors)).toMatchObject([
    { code: "IDEMPOTENCY_KEY_REUSED" },
  ]);
});

test("somebody else's tenant, operation and organization do not exist, whichever way they are asked for", async () => {
  const made = (await ann.query(create, inputOf("secret-shop"))).data.createTenant;
  const { id, organization } = made.tenant;
  const asked = `query ($id: ID!, $operation: ID!, $organization: ID!) {
    tenant(id: $id) { slug } operation(id: $operation) { id } node(id: $id) { id }
    organization: node(id: $organization) { id }
    tenants(filter: { organizationId: $organization }) { totalCount edges { node { slug } } } }`;
  const variables = { id, operation: made.operation.id, organization: organization.id };
  const nothing = { tenants: { totalCount: 0, edges: [] }, organization: null };
  const seen = await bob.query(asked, variables);
  expect(seen.data).toEqual({ tenant: null, operation: null, node: null, ...nothing });
  const malformed = await bob.query(asked, { id: "x", operation: "y", organization: "z" });
  expect(malformed.data).toEqual(seen.data);
  const removal = await bob.query(remove, { input: { tenantId: id, confirmation: "secret-shop" } });
  const nonsense = await bob.query(remove, { input: { tenantId: "nonsense", confirmation: "secret-shop" } });
  expect(removal.errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  expect(nonsense.errors?.[0]).toEqual(removal.errors?.[0]);
  const intruding = await bob.query(create, inputOf("intruder", { organizationId: organization.id }));
  expect(intruding.data.createTenant.userErrors).toMatchObject([
    { code: "NOT_FOUND", field: "organizationId" },
  ]);
  const own = await ann.query(asked, variables);
  expect(own.data).toMatchObject({
    tenant: { slug: "secret-shop" },
    node: { id },
    organization: { id: organization.id },
  });
});

test("an administrator sees everybody's tenants; search, filters, order and pages work", async () => {
  const list = `query ($first: Int!, $after: String, $filter: TenantFilter, $orderBy: TenantOrder) {
    tenants(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      totalCount edges { node { slug } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
  for (const slug of ["page-a", "page-b", "page-c"]) await bob.query(create, inputOf(slug));
  const orderBy = { field: "SLUG", direction: "DESC" };
  const filter = { search: "page-", states: ["PENDING"], planCodes: ["basic"] };
  const slugsOf = (answer: Answer<Json>) =>
    answer.data.tenants.edges.map((edge: { node: { slug: string } }) => edge.node.slug);
  const first = await admin.query(list, { first: 2, filter, orderBy });
  expect(slugsOf(first)).toEqual(["page-c", "page-b"]);
  expect(first.data.tenants).toMatchObject({
    totalCount: 3,
    pageInfo: { hasNextPage: true, hasPreviousPage: false },
  });
  const after = first.data.tenants.pageInfo.endCursor;
  const second = await admin.query(list, { first: 2, after, filter, orderBy });
  expect(slugsOf(second)).toEqual(["page-a"]);
  expect(second.data.tenants.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  const wildcard = await admin.query(list, { first: 2, filter: { search: "page_" } });
  expect(wildcard.data.tenants.totalCount).toBe(0);
  for (const field of ["CREATED_AT", "STATE", "PLAN"]) {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer<Json> = await admin.query(list, {
        first: 1,
        after: cursor,
        filter,
        orderBy: { field },
      });
      seen.push(...slugsOf(page));
      cursor = page.data.tenants.pageInfo.hasNextPage ? page.data.tenants.pageInfo.endCursor : null;
    } while (cursor);
    expect(seen.sort()).toEqual(["page-a", "page-b", "page-c"]);
  }
  const wrong = await admin.query(list, { first: 2, after, filter, orderBy: { field: "PLAN" } });
  expect(wrong.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  const tooMany = await admin.query(list, { first: 101 });
  expect(tooMany.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
});

test("a deletion takes the typed subdomain, starts one operation and is the same when asked again", async () => {
  const { tenant } = (await ann.query(create, inputOf("goner"))).data.createTenant;
  const wrong = await ann.query(remove, { input: { tenantId: tenant.id, confirmation: "gone" } });
  expect(wrong.data.deleteTenant.userErrors).toEqual([
    { code: "CONFIRMATION_MISMATCH", field: "confirmation" },
  ]);
  const input = { tenantId: tenant.id, confirmation: "goner" };
  const answers = await Promise.all(Array.from({ length: 5 }, () => ann.query(remove, { input })));
  const payloads = answers.map((answer) => answer.data.deleteTenant);
  expect(new Set(payloads.map((payload) => payload.operation.id)).size).toBe(1);
  expect(payloads[0]).toMatchObject({
    tenant: { state: "DELETING" },
    operation: { kind: "DELETE", state: "PENDING" },
  });
  const [row] = await rowsOf("goner");
  expect(row).toMatchObject({ generation: 2, deletion_requested_at: expect.any(Date) });
  const operations = await api.database.owner
    .selectFrom("operations")
    .select(["kind", "state"])
    .where("tenant_id", "=", row!.id)
    .orderBy("generation")
    .execute();
  expect(operations).toEqual([
    { kind: "CREATE", state: "CANCELLED" },
    { kind: "DELETE", state: "PENDING" },
  ]);
});

test("a deletion waits for the reconciler's transaction without holding what that one needs next", async () => {
  const { tenant } = (await ann.query(create, inputOf("busy-goner"))).data.createTenant;
  const { id } = (await rowsOf("busy-goner"))[0]!;
  const { owner } = api.database;
  const input = { tenantId: tenant.id, confirmation: "busy-goner" };
  let deletion: Promise<Answer<Json>> | undefined;
  await owner.transaction().execute(async (transaction) => {
    const key = `tenant:${id}`;
    await sql`select from platform.reconcile_queue where key = ${key} for update`.execute(transaction);
    deletion = ann.query(remove, { input });
    await expect
      .poll(async () => {
        const { rows } = await sql`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(owner);
        return rows.length;
      })
      .toBe(1);
    await sql`set local lock_timeout = '500ms'`.execute(transaction);
    await transaction.updateTable("tenants").set({ state_message: "" }).where("id", "=", id).execute();
  });
  expect((await deletion!).data.deleteTenant.operation).toMatchObject({ kind: "DELETE" });
});

test("a member without the right may look, but neither create nor delete", async () => {
  const { tenant } = (await ann.query(create, inputOf("shared-shop"))).data.createTenant;
  const guest = await api.signIn();
  await guest.query("{ viewer { id } }");
  const [row] = await rowsOf("shared-shop");
  await api.database.owner
    .insertInto("memberships")
    .values({ organization_id: row!.organization_id!, user_id: guest.userId, role: "viewer" })
    .execute();
  const seen = await guest.query("query ($id: ID!) { tenant(id: $id) { slug } }", { id: tenant.id });
  expect(seen.data.tenant).toEqual({ slug: "shared-shop" });
  const refused = await guest.query(remove, { input: { tenantId: tenant.id, confirmation: "shared-shop" } });
  expect(refused.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  const creation = await guest.query(
    create,
    inputOf("guest-shop", { organizationId: tenant.organization.id }),
  );
  expect(creation.data.createTenant.userErrors).toMatchObject([
    { code: "FORBIDDEN", field: "organizationId" },
  ]);
});

test("the availability of a subdomain is told across organizations, and free again after the deletion", async () => {
  const check = `query ($slug: String!) { slugAvailability(slug: $slug) { isAvailable problem message hostname } }`;
  await ann.query(create, inputOf("busy-name"));
  const problemOf = async (slug: string) => (await bob.query(check, { slug })).data.slugAvailability.problem;
  expect(await Promise.all(["busy-name", "admin", "No!", "free-name"].map(problemOf))).toEqual([
    "TAKEN",
    "RESERVED",
    "INVALID",
    null,
  ]);
  await api.database.owner
    .updateTable("tenants")
    .set({ deleted_at: new Date() })
    .where("slug", "=", "busy-name")
    .execute();
  expect((await bob.query(check, { slug: "busy-name" })).data.slugAvailability).toEqual({
    isAvailable: true,
    problem: null,
    message: "",
    hostname: "busy-name.localhost",
  });
});

test("the bundles are public; one that is chosen is kept, none is the first, and an unknown one is refused", async () => {
  const { data } = await api.post(undefined, { query: "{ bundles { code name modules } }" });
  expect(data.bundles).toEqual([
    { code: "base", name: "BASE", modules: ["base"] },
    { code: "crm", name: "CRM", modules: ["crm"] },
  ]);
  await ann.query(create, inputOf("with-crm", { bundle: "crm" }));
  await ann.query(create, inputOf("with-nothing"));
  expect(await rowsOf("with-crm")).toMatchObject([{ bundle: "crm" }]);
  expect(await rowsOf("with-nothing")).toMatchObject([{ bundle: "base" }]);
  const refused = await ann.query(create, inputOf("with-poetry", { bundle: "poetry" }));
  expect(refused.data.createTenant.userErrors).toEqual([
    { code: "BUNDLE_NOT_AVAILABLE", field: "bundle", message: "Choose one of these bundles: base, crm." },
  ]);
  expect(await rowsOf("with-poetry")).toEqual([]);
});

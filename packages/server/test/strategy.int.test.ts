import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withViewer } from "../src/database/pool.ts";
import { type Json, startTestApi, type TestApi, type TestUser } from "./support/test-api.ts";

let api: TestApi;
let ann: TestUser;
let admin: TestUser;
beforeAll(async () => {
  api = await startTestApi();
  [ann, admin] = await Promise.all([api.signIn(), api.signIn({ isAdmin: true })]);
});
afterAll(() => api?.dispose());

const strategyFields = `strategy { strategy rule reason decidedAt compliance expectedDatabaseBytes
  expectedConcurrentUsers databaseSettings { name value } override { strategy reason by at }
  advice { strategy rule reason message } }`;
const create = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
  tenant { id ${strategyFields} } userErrors { code field message } } }`;
const override = `mutation ($input: OverrideTenantStrategyInput!) { overrideTenantStrategy(input: $input) {
  tenant { ${strategyFields} } userErrors { code field message } } }`;
const read = `query ($id: ID!) { tenant(id: $id) { ${strategyFields} } }`;

const inputOf = (slug: string, more: Record<string, unknown> = {}) => ({
  input: { slug, adminEmail: "boss@example.com", adminPassword: "correct horse", ...more },
});
const createAs = async (user: TestUser, slug: string, more: Record<string, unknown> = {}): Promise<Json> =>
  (await user.query(create, inputOf(slug, more))).data.createTenant;
const rowOf = (slug: string) =>
  api.database.owner.selectFrom("tenants").selectAll().where("slug", "=", slug).executeTakeFirst();
const readAs = async (user: TestUser, id: string): Promise<Json> =>
  (await user.query(read, { id })).data.tenant.strategy;

async function placeOn(slug: string, strategy: "SHARED" | "DEDICATED"): Promise<void> {
  const { owner } = api.database;
  const { id } = (await rowOf(slug))!;
  const server = await owner
    .insertInto("database_servers")
    .values({ kind: strategy, name: `server-of-${slug}`, max_tenants: 50, conditions: "[]" })
    .returning("id")
    .executeTakeFirstOrThrow();
  const names = { database_name: `t_${slug}`, role_name: `t_${slug}` };
  await owner
    .insertInto("placements")
    .values({ tenant_id: id, database_server_id: server.id, strategy, reason: "x", ...names })
    .execute();
}

test("HIPAA on the smallest plan gets a server of its own, and everybody can read why", async () => {
  const { tenant, userErrors } = await createAs(ann, "clinic", { compliance: ["HIPAA"] });
  expect(userErrors).toEqual([]);
  expect(tenant.strategy).toMatchObject({
    strategy: "DEDICATED",
    rule: "COMPLIANCE",
    reason: "Dedicated, because HIPAA was asked for.",
    compliance: ["HIPAA"],
    override: null,
    advice: null,
  });
  expect(Date.now() - Date.parse(tenant.strategy.decidedAt)).toBeLessThan(60_000);
  expect(await rowOf("clinic")).toMatchObject({
    strategy: "DEDICATED",
    strategy_rule: "COMPLIANCE",
    strategy_reason: "Dedicated, because HIPAA was asked for.",
    compliance: ["HIPAA"],
  });
  const { id } = (await rowOf("clinic"))!;
  const audit = await api.database.owner
    .selectFrom("audit_log")
    .select("details")
    .where("target", "=", `tenant:${id}`)
    .executeTakeFirstOrThrow();
  expect(audit.details).toMatchObject({ strategy: "DEDICATED", rule: "COMPLIANCE" });
});

test.each([
  ["users", { expectedConcurrentUsers: 51 }, "DEDICATED by PERFORMANCE"],
  ["few-users", { expectedConcurrentUsers: 50 }, "SHARED by PLAN"],
  ["volume", { expectedDatabaseBytes: 6 * 2 ** 30 }, "DEDICATED by DATA_VOLUME"],
  ["settings", { databaseSettings: [{ name: "work_mem", value: "32" }] }, "DEDICATED by DATABASE_SETTINGS"],
  ["premium", { planCode: "premium" }, "DEDICATED by PLAN"],
  ["nothing", {}, "SHARED by PLAN"],
])("what is asked for decides: %s", async (name, wishes, expected) => {
  const slug = `rule-${name}`;
  const { tenant } = await createAs(ann, slug, wishes);
  expect(`${tenant.strategy.strategy} by ${tenant.strategy.rule}`).toBe(expected);
  const row = await rowOf(slug);
  expect(`${row?.strategy} by ${row?.strategy_rule}`).toBe(expected);
});

test("what was asked for is kept and shown", async () => {
  const wishes = {
    compliance: ["PCI_DSS", "SOX", "SOX"],
    expectedConcurrentUsers: 7,
    expectedDatabaseBytes: 3_000_000_000,
    databaseSettings: [
      { name: "jit", value: "off" },
      { name: "work_mem", value: "16" },
    ],
  };
  const { tenant } = await createAs(ann, "asked", wishes);
  expect(tenant.strategy).toMatchObject({
    ...wishes,
    compliance: ["SOX", "PCI_DSS"],
    reason: "Dedicated, because SOX and PCI-DSS were asked for.",
  });
});

test("everything that is wrong with the wishes is told at once, and nothing is created", async () => {
  const { tenant, userErrors } = await createAs(ann, "refused", {
    expectedConcurrentUsers: 0,
    expectedDatabaseBytes: -1,
    databaseSettings: [
      { name: "fsync", value: "off" },
      { name: "work_mem", value: "9999" },
      { name: "jit", value: "off" },
      { name: "jit", value: "on" },
    ],
    strategyOverride: { strategy: "SHARED", reason: "x" },
  });
  expect(tenant).toBeNull();
  expect(userErrors.map(({ code, field }: { code: string; field: string }) => [field, code])).toEqual([
    ["expectedConcurrentUsers", "INVALID"],
    ["expectedDatabaseBytes", "INVALID"],
    ["databaseSettings.0.value", "INVALID"],
    ["databaseSettings.1.value", "INVALID"],
    ["databaseSettings.3.value", "INVALID"],
    ["strategyOverride", "FORBIDDEN"],
    ["strategyOverride.reason", "INVALID"],
    ["strategyOverride.strategy", "SETTINGS_NEED_DEDICATED"],
  ]);
  expect(await rowOf("refused")).toBeUndefined();
});

test("an unknown standard is no input at all", async () => {
  const { errors } = await ann.query(create, inputOf("unknown", { compliance: ["GDPR"] }));
  expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  expect(await rowOf("unknown")).toBeUndefined();
});

test("an administrator overrides at creation, before every other rule, with a reason that is kept", async () => {
  const { tenant } = await createAs(admin, "kept-shared", {
    compliance: ["HIPAA"],
    strategyOverride: { strategy: "SHARED", reason: " A trial without patients. " },
  });
  expect(tenant.strategy).toMatchObject({
    strategy: "SHARED",
    rule: "MANUAL_OVERRIDE",
    reason: "Shared, because an administrator chose it: A trial without patients.",
    override: { strategy: "SHARED", reason: "A trial without patients.", by: expect.stringContaining("@") },
    advice: null,
  });
});

test("only administrators override, also past the API's own check", async () => {
  const { tenant } = await createAs(ann, "mine");
  const input = { tenantId: tenant.id, override: { strategy: "DEDICATED", reason: "I want it." } };
  const refused = await ann.query(override, { input });
  expect(refused.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  const { id } = (await rowOf("mine"))!;
  const bare = withViewer(api.database.api, { userId: ann.userId, platformRole: "user" }, (transaction) =>
    sql`select platform.override_strategy(${id}::uuid, 'DEDICATED', 'why', null)`.execute(transaction),
  );
  await expect(bare).rejects.toThrow("only an administrator");
  const direct = withViewer(api.database.api, { userId: ann.userId, platformRole: "admin" }, (transaction) =>
    transaction.updateTable("tenants").set({ strategy: "DEDICATED" }).where("id", "=", id).execute(),
  );
  await expect(direct).rejects.toThrow("permission denied");
  expect(await rowOf("mine")).toMatchObject({ strategy: "SHARED", strategy_override: null });
});

test("an override takes effect at once while the instance has no place, and is audited", async () => {
  const { tenant } = await createAs(ann, "early");
  const input = { tenantId: tenant.id, override: { strategy: "DEDICATED", reason: "A large customer." } };
  const answer = (await admin.query(override, { input })).data.overrideTenantStrategy;
  expect(answer.userErrors).toEqual([]);
  expect(answer.tenant.strategy).toMatchObject({
    strategy: "DEDICATED",
    rule: "MANUAL_OVERRIDE",
    reason: "Dedicated, because an administrator chose it: A large customer.",
    override: { reason: "A large customer.", by: expect.any(String) },
    advice: null,
  });
  const { id } = (await rowOf("early"))!;
  const audit = await api.database.owner
    .selectFrom("audit_log")
    .selectAll()
    .where("action", "=", "tenant.override_strategy")
    .where("target", "=", `tenant:${id}`)
    .execute();
  expect(audit).toMatchObject([
    {
      user_id: admin.userId,
      details: { strategy: "DEDICATED", reason: "A large customer.", previous: null },
    },
  ]);
});

test("an override of an instance that has its place is recorded, and advice says that it cannot move yet", async () => {
  const { tenant } = await createAs(ann, "settled");
  await placeOn("settled", "SHARED");
  const { id } = tenant;
  await admin.query(override, {
    input: { tenantId: id, override: { strategy: "DEDICATED", reason: "It grows." } },
  });
  const seen = await readAs(ann, id);
  expect(seen).toMatchObject({
    strategy: "SHARED",
    rule: "PLAN",
    override: { strategy: "DEDICATED", reason: "It grows.", by: null },
    advice: { strategy: "DEDICATED", rule: "MANUAL_OVERRIDE" },
  });
  expect(seen.advice.message).toContain("not possible yet");
  expect((await readAs(admin, id)).override.by).toContain("@");
  await admin.query(override, { input: { tenantId: id } });
  expect(await readAs(ann, id)).toMatchObject({ strategy: "SHARED", override: null, advice: null });
});

test("an override for where the database is already becomes the reason in force", async () => {
  const { tenant } = await createAs(ann, "pinned");
  await placeOn("pinned", "SHARED");
  await admin.query(override, {
    input: { tenantId: tenant.id, override: { strategy: "SHARED", reason: "Stays small." } },
  });
  expect(await readAs(ann, tenant.id)).toMatchObject({
    strategy: "SHARED",
    rule: "MANUAL_OVERRIDE",
    reason: "Shared, because an administrator chose it: Stays small.",
    advice: null,
  });
});

test("an instance whose plan has become another is told where it would be placed today", async () => {
  const { tenant } = await createAs(ann, "outgrown");
  await placeOn("outgrown", "SHARED");
  const premium = await api.database.owner
    .selectFrom("plans")
    .select("id")
    .where("code", "=", "premium")
    .executeTakeFirstOrThrow();
  await api.database.owner
    .updateTable("tenants")
    .set({ plan_id: premium.id })
    .where("slug", "=", "outgrown")
    .execute();
  expect(await readAs(ann, tenant.id)).toMatchObject({
    strategy: "SHARED",
    advice: { strategy: "DEDICATED", rule: "PLAN" },
  });
});

test("an override without a reason, of settings that a shared server cannot take, or of nobody, changes nothing", async () => {
  const { tenant } = await createAs(ann, "steady", { databaseSettings: [{ name: "jit", value: "off" }] });
  const ask = async (input: object) => (await admin.query(override, { input })).data?.overrideTenantStrategy;
  const blank = await ask({ tenantId: tenant.id, override: { strategy: "SHARED", reason: "  " } });
  expect(blank.userErrors).toMatchObject([{ code: "INVALID", field: "override.reason" }]);
  const shared = await ask({ tenantId: tenant.id, override: { strategy: "SHARED", reason: "Cheaper." } });
  expect(shared.userErrors).toMatchObject([{ code: "SETTINGS_NEED_DEDICATED", field: "override.strategy" }]);
  const unknown = await admin.query(override, { input: { tenantId: "nonsense", override: null } });
  expect(unknown.errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  expect(await rowOf("steady")).toMatchObject({ strategy: "DEDICATED", strategy_override: null });
});

test("a preview decides as a creation would, creates nothing, and is silent about what would be refused", async () => {
  const preview = `query ($plan: String!, $wishes: StrategyWishesInput!) {
    strategyPreview(planCode: $plan, wishes: $wishes) { strategy rule reason } }`;
  const ask = async (plan: string, wishes: object) =>
    (await ann.query(preview, { plan, wishes })).data.strategyPreview;
  const before = await api.database.owner.selectFrom("tenants").select("id").execute();
  expect(await ask("basic", {})).toEqual({
    strategy: "SHARED",
    rule: "PLAN",
    reason: "Shared, because the Basic plan uses a shared server.",
  });
  expect(await ask("basic", { compliance: ["SOX"] })).toMatchObject({ rule: "COMPLIANCE" });
  expect(await ask("premium", {})).toMatchObject({ strategy: "DEDICATED", rule: "PLAN" });
  expect(await ask("nothing", {})).toBeNull();
  expect(await ask("basic", { expectedConcurrentUsers: -1 })).toBeNull();
  expect(await ask("basic", { strategyOverride: { strategy: "DEDICATED", reason: "Mine." } })).toBeNull();
  expect(await api.database.owner.selectFrom("tenants").select("id").execute()).toEqual(before);
});

test("the safe list is there for everybody to choose from", async () => {
  const { data } = await api.post<Json>(undefined, {
    query: "{ databaseSettingChoices { name kind unit min max description } }",
  });
  expect(data.databaseSettingChoices).toContainEqual({
    name: "work_mem",
    kind: "INTEGER",
    unit: "MB",
    min: 1,
    max: 64,
    description: expect.any(String),
  });
});

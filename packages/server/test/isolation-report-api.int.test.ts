import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { IsolationProbe } from "../src/core/isolation.ts";
import {
  type Answer,
  type Json,
  startTestApi,
  subscribe,
  type TestApi,
  type TestUser,
} from "./support/test-api.ts";

let api: TestApi;
let owner: TestUser;
let stranger: TestUser;
let admin: TestUser;

beforeAll(async () => {
  api = await startTestApi();
  [owner, stranger, admin] = [await api.signIn(), await api.signIn(), await api.signIn({ isAdmin: true })];
});
afterAll(() => api.dispose());

const createMutation = `mutation ($input: CreateTenantInput!) {
  createTenant(input: $input) { tenant { id } userErrors { code message } }
}`;
const runMutation = `mutation ($input: RunIsolationReportInput!) {
  runIsolationReport(input: $input) { report { id step trigger } userErrors { code field message } }
}`;
const reportQuery = `query ($id: ID!) {
  isolationReport(tenantId: $id) {
    tenantSlug nextRunAt underWay { id }
    last { id verdict counts { proven broken } probes { key how evidence remedy verdict } }
  }
}`;
const fleetQuery = `query ($first: Int, $after: String) {
  fleetIsolationReport(first: $first, after: $after) {
    counts { proven broken notEnforced unknown } neverExamined endCursor
    entries { tenantSlug verdict faults isUnderWay counts { proven broken } }
  }
}`;

const uuidOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1]!;

async function createTenant(user: TestUser, slug: string, state = "RUNNING"): Promise<string> {
  const input = {
    slug,
    adminEmail: `${slug}@example.com`,
    adminPassword: "Correct-horse-7",
    planCode: "basic",
  };
  const { data } = await user.query(createMutation, { input });
  expect(data.createTenant.userErrors).toEqual([]);
  const { id } = data.createTenant.tenant as { id: string };
  await sql`update platform.tenants set state = ${state} where id = ${uuidOf(id)}`.execute(
    api.database.owner,
  );
  return id;
}

const run = async (user: TestUser, tenantId: string, idempotencyKey?: string) =>
  (await user.query(runMutation, { input: { tenantId, ...(idempotencyKey && { idempotencyKey }) } })).data
    ?.runIsolationReport;
const read = async (user: TestUser, id: string) =>
  (await user.query(reportQuery, { id })).data.isolationReport;

const probe = (changes: Partial<IsolationProbe>): IsolationProbe => ({
  ...{ id: "database.neighbour", group: "DATABASE", claim: "It cannot", verdict: "PROVEN", remedy: null },
  ...{ how: "Signed in to {neighbourDatabase}.", evidence: "Refused.", at: new Date().toISOString() },
  ...changes,
});

/** As the reconciler ends a report. */
async function finish(
  tenantId: string,
  verdict: "PROVEN" | "BROKEN",
  probes: IsolationProbe[],
): Promise<void> {
  const { owner: database } = api.database;
  const row = await database
    .updateTable("isolation_reports")
    .set({ step: "DONE", verdict, probes: JSON.stringify(probes), finished_at: new Date() })
    .where("tenant_id", "=", uuidOf(tenantId))
    .where("finished_at", "is", null)
    .returning("id")
    .executeTakeFirstOrThrow();
  const names = JSON.stringify({ neighbour: "rival", neighbourDatabase: "t_rival" });
  await database.insertInto("isolation_report_names").values({ report_id: row.id, names }).execute();
}

test("a report is asked for once, is due at once, and asked for again it is the one under way", async () => {
  const tenantId = await createTenant(owner, "asked-for");
  const first = await run(owner, tenantId);
  expect(first).toMatchObject({ userErrors: [], report: { step: "QUEUED", trigger: "ON_DEMAND" } });
  expect((await run(owner, tenantId)).report.id).toBe(first.report.id);
  const { rows } =
    await sql`select is_requested from platform.reconcile_queue where key = ${`report:${uuidOf(tenantId)}`}`.execute(
      api.database.owner,
    );
  expect(rows).toEqual([{ is_requested: true }]);
  expect(await read(owner, tenantId)).toMatchObject({ last: null, underWay: { id: first.report.id } });
});

test("a customer reads no neighbour's name, an administrator does", async () => {
  const tenantId = await createTenant(owner, "named");
  await run(owner, tenantId);
  await finish(tenantId, "BROKEN", [probe({ verdict: "BROKEN", evidence: "{neighbour} let it in." })]);
  const seen = await read(owner, tenantId);
  expect(seen.last).toMatchObject({ verdict: "BROKEN", counts: { proven: 0, broken: 1 } });
  expect(seen.last.probes[0]).toMatchObject({
    how: "Signed in to another customer's database.",
    evidence: "another customer's instance let it in.",
  });
  expect(JSON.stringify(seen)).not.toContain("rival");
  expect((await read(admin, tenantId)).last.probes[0]).toMatchObject({
    how: "Signed in to t_rival.",
    evidence: "rival let it in.",
  });
});

test("a stranger finds neither the report nor the instance, and cannot run it", async () => {
  const tenantId = await createTenant(owner, "private");
  await run(owner, tenantId);
  expect(await read(stranger, tenantId)).toBeNull();
  const { errors } = await stranger.query(runMutation, { input: { tenantId } });
  expect(errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  const { report } = await run(owner, tenantId);
  const node = "query ($id: ID!) { node(id: $id) { id } }";
  expect((await stranger.query(node, { id: report.id })).data.node).toBeNull();
  expect((await owner.query(node, { id: report.id })).data.node).toEqual({ id: report.id });
});

test("a member who may only look cannot run it", async () => {
  const tenantId = await createTenant(owner, "looked-at");
  const viewer = await api.signIn();
  await viewer.query("{ viewer { id } }");
  await sql`insert into platform.memberships (organization_id, user_id, role)
    select organization_id, ${viewer.userId}, 'viewer' from platform.tenants where id = ${uuidOf(tenantId)}`.execute(
    api.database.owner,
  );
  expect(await read(viewer, tenantId)).toMatchObject({ tenantSlug: "looked-at" });
  const { errors } = await viewer.query(runMutation, { input: { tenantId } });
  expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
});

test("a customer runs it a few times an hour and hears when again; an administrator as often as needed", async () => {
  const tenantId = await createTenant(owner, "limited");
  for (const verdict of ["PROVEN", "BROKEN"] as const) {
    expect((await run(owner, tenantId)).userErrors).toEqual([]);
    await finish(tenantId, verdict, []);
  }
  const refused = await run(owner, tenantId);
  expect(refused).toMatchObject({ report: null, userErrors: [{ code: "RATE_LIMITED", field: null }] });
  expect(refused.userErrors[0].message).toMatch(/Try again in (59|60) minutes \(\d{4}-/);
  const { nextRunAt } = await read(owner, tenantId);
  expect(Date.parse(nextRunAt) - Date.now()).toBeGreaterThan(58 * 60_000);
  expect((await read(admin, tenantId)).nextRunAt).toBeNull();
  expect((await run(admin, tenantId)).userErrors).toEqual([]);
  await finish(tenantId, "PROVEN", []);
  await sql`update platform.isolation_reports set requested_at = requested_at - interval '61 minutes'
    where tenant_id = ${uuidOf(tenantId)}`.execute(api.database.owner);
  expect((await run(owner, tenantId)).userErrors).toEqual([]);
});

test("with an idempotency key the same call makes one report, and another call is refused", async () => {
  const tenantId = await createTenant(owner, "keyed");
  const other = await createTenant(owner, "keyed-too");
  const key = randomUUID();
  const first = await run(owner, tenantId, key);
  await finish(tenantId, "PROVEN", []);
  expect((await run(owner, tenantId, key)).report.id).toBe(first.report.id);
  expect((await run(owner, other, key)).userErrors[0].code).toBe("IDEMPOTENCY_KEY_REUSED");
});

test("an instance that is not there yet, or no more, is not examined", async () => {
  for (const state of ["PENDING", "PROVISIONING", "FAILED"]) {
    const tenantId = await createTenant(owner, `state-${state.toLowerCase()}`, state);
    expect((await run(owner, tenantId)).userErrors).toMatchObject([{ code: "NOT_READY", field: "tenantId" }]);
    expect((await read(owner, tenantId)).underWay).toBeNull();
  }
});

test("ten requests at once make one report", async () => {
  const tenantId = await createTenant(owner, "crowded");
  const answers = await Promise.all(Array.from({ length: 10 }, () => run(owner, tenantId)));
  expect(new Set(answers.map(({ report }) => report.id)).size).toBe(1);
});

test("the progress arrives live, and only to those who may see the tenant", async () => {
  const tenantId = await createTenant(owner, "watched");
  const document = `subscription ($id: ID!) {
    isolationReportProgress(tenantId: $id) { underWay { step } last { verdict } }
  }`;
  const { client } = owner.socket();
  const live = subscribe(client, document, { id: tenantId });
  expect(await live.next()).toEqual({ isolationReportProgress: { underWay: null, last: null } });
  await run(owner, tenantId);
  await live.until((data) => data.isolationReportProgress.underWay?.step === "QUEUED");
  await finish(tenantId, "PROVEN", []);
  api.changes.publish(`report:${uuidOf(tenantId)}`);
  await live.until((data) => data.isolationReportProgress.last?.verdict === "PROVEN");
  const hidden = subscribe(stranger.socket().client, document, { id: tenantId });
  expect(await hidden.next()).toEqual({ isolationReportProgress: null });
});

test("the fleet is listed worst first, page by page, to administrators only and without spares", async () => {
  const { errors } = await owner.query(fleetQuery, { first: 5 });
  expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  await sql`insert into platform.tenants (slug, name, admin_email, plan_id, odoo_version, spare_image, state)
    select 'spare-1', 'spare', 's@example.com', id, '19', 'odoo:19', 'RUNNING' from platform.plans limit 1`.execute(
    api.database.owner,
  );
  const slugs: string[] = [];
  const ranks: number[] = [];
  let after: string | null = null;
  let first: Record<string, unknown> | undefined;
  do {
    const answer: Answer<Json> = await admin.query(fleetQuery, { first: 3, after });
    const page: Json = answer.data.fleetIsolationReport;
    first ??= page.entries[0];
    slugs.push(...page.entries.map(({ tenantSlug }: { tenantSlug: string }) => tenantSlug));
    const order = ["BROKEN", "NOT_ENFORCED", "UNKNOWN", null, "PROVEN"];
    ranks.push(...page.entries.map(({ verdict }: { verdict: string }) => order.indexOf(verdict)));
    after = page.endCursor;
  } while (after !== null);
  expect(first).toMatchObject({ tenantSlug: "named", verdict: "BROKEN", faults: ["It cannot"] });
  expect(ranks).toEqual([...ranks].sort());
  expect(new Set(slugs).size).toBe(slugs.length);
  expect(slugs).not.toContain("spare-1");
  const { data } = await admin.query(fleetQuery, { first: 1 });
  const { counts, neverExamined } = data.fleetIsolationReport;
  const total = counts.proven + counts.broken + counts.notEnforced + counts.unknown + neverExamined;
  expect(total).toBe(slugs.length);
  expect((await admin.query(fleetQuery, { first: 1, after: "nonsense" })).errors?.[0]?.extensions.code).toBe(
    "BAD_USER_INPUT",
  );
});

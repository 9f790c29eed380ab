import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, subscribe, type TestApi, type TestUser } from "./support/test-api.ts";

let api: TestApi;
let ann: TestUser;
let bob: TestUser;
beforeAll(async () => {
  api = await startTestApi();
  [ann, bob] = await Promise.all([api.signIn(), api.signIn()]);
});
afterAll(() => api?.dispose());

interface Created {
  tenant: { id: string };
  operation: { id: string };
  tenantUuid: string;
  operationUuid: string;
}

const uuidOf = (id: string): string => Buffer.from(id, "base64url").toString().split(":")[1]!;

async function createAs(user: TestUser, slug: string): Promise<Created> {
  const { data } = await user.query(
    `mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } operation { id } } }`,
    { input: { slug, adminEmail: "boss@example.com", adminPassword: "correct horse" } },
  );
  const { tenant, operation } = data.createTenant;
  return { tenant, operation, tenantUuid: uuidOf(tenant.id), operationUuid: uuidOf(operation.id) };
}

/** What the reconciler would write. */
async function setState(tenantUuid: string, state: "RUNNING" | "FAILED"): Promise<void> {
  await api.database.worker.updateTable("tenants").set({ state }).where("id", "=", tenantUuid).execute();
  api.changes.publish(`tenant:${tenantUuid}`);
}

async function addEvents(operationUuid: string, seqs: number[], state?: "SUCCEEDED"): Promise<void> {
  await api.database.worker.transaction().execute(async (transaction) => {
    for (const seq of seqs) {
      await transaction
        .insertInto("operation_events")
        .values({ operation_id: operationUuid, seq, step: "DATABASE", state: "SUCCEEDED" })
        .execute();
    }
    if (state)
      await transaction.updateTable("operations").set({ state }).where("id", "=", operationUuid).execute();
  });
  api.changes.publish(`operation:${operationUuid}`);
}

const tenantQuery = `subscription ($id: ID!) { tenant(id: $id) { slug state pods { items { name } } } }`;
const listQuery = `subscription ($filter: TenantFilter) { tenants(filter: $filter) {
  isSnapshot changes { type tenant { slug state } } } }`;
const timelineQuery = `subscription ($id: ID!, $afterSeq: Int! = 0) { operationTimeline(id: $id, afterSeq: $afterSeq) {
  operation { state } events { seq step } } }`;

test("a tenant is shown now, after each change of its row and pods, and ends with null", async () => {
  const { tenant, tenantUuid } = await createAs(ann, "live-one");
  const live = subscribe(ann.socket().client, tenantQuery, { id: tenant.id });
  expect(await live.next()).toEqual({ tenant: { slug: "live-one", state: "PENDING", pods: { items: [] } } });
  await setState(tenantUuid, "RUNNING");
  await live.until(({ tenant: shown }) => shown.state === "RUNNING");
  const pod = {
    name: "odoo-1",
    phase: "Running",
    nodeName: "n1",
    isReady: true,
    restarts: 0,
    startedAt: null,
  };
  api.pods.set(tenantUuid, [pod]);
  api.changes.publishLocally(`tenant:${tenantUuid}`);
  await live.until(({ tenant: shown }) => shown.pods.items[0]?.name === "odoo-1");
  await api.database.worker
    .updateTable("tenants")
    .set({ deleted_at: new Date() })
    .where("id", "=", tenantUuid)
    .execute();
  api.changes.publish(`tenant:${tenantUuid}`);
  expect(await live.next()).toEqual({ tenant: null });
  expect(await live.ended()).toBe(true);
});

test("somebody else's tenant is null and its timeline not found, as if they did not exist", async () => {
  const { tenant, operation } = await createAs(ann, "live-secret");
  const { client } = bob.socket();
  const live = subscribe(client, tenantQuery, { id: tenant.id });
  expect(await live.next()).toEqual({ tenant: null });
  expect(await live.ended()).toBe(true);
  await expect(subscribe(client, timelineQuery, { id: operation.id }).next()).rejects.toThrow("NOT_FOUND");
});

test("a list begins with a snapshot and follows its own tenants only, as they come, change and leave", async () => {
  const carl = await api.signIn();
  const first = await createAs(carl, "list-one");
  const live = subscribe(carl.socket().client, listQuery);
  expect(await live.next()).toEqual({
    tenants: {
      isSnapshot: true,
      changes: [{ type: "ADDED", tenant: { slug: "list-one", state: "PENDING" } }],
    },
  });
  await createAs(bob, "list-of-bob");
  await createAs(carl, "list-two");
  expect(await live.next()).toEqual({
    tenants: {
      isSnapshot: false,
      changes: [{ type: "ADDED", tenant: { slug: "list-two", state: "PENDING" } }],
    },
  });
  await setState(first.tenantUuid, "RUNNING");
  expect(await live.next()).toMatchObject({
    tenants: { changes: [{ type: "MODIFIED", tenant: { slug: "list-one", state: "RUNNING" } }] },
  });
  await api.database.worker
    .updateTable("tenants")
    .set({ deleted_at: new Date() })
    .where("id", "=", first.tenantUuid)
    .execute();
  api.changes.publish(`tenant:${first.tenantUuid}`);
  expect(await live.next()).toMatchObject({
    tenants: { changes: [{ type: "DELETED", tenant: { slug: "list-one" } }] },
  });
});

test("an administrator's filtered list shows tenants as they begin and cease to match", async () => {
  const admin = await api.signIn({ isAdmin: true });
  const { tenantUuid } = await createAs(bob, "match-me");
  const filter = { search: "match-me", states: ["RUNNING"] };
  const live = subscribe(admin.socket().client, listQuery, { filter });
  expect(await live.next()).toEqual({ tenants: { isSnapshot: true, changes: [] } });
  await setState(tenantUuid, "RUNNING");
  expect(await live.next()).toMatchObject({
    tenants: { changes: [{ type: "ADDED", tenant: { slug: "match-me" } }] },
  });
  await setState(tenantUuid, "FAILED");
  expect(await live.next()).toMatchObject({
    tenants: { changes: [{ type: "DELETED", tenant: { slug: "match-me" } }] },
  });
});

test("a timeline goes on from its cursor without a gap, and ends with its operation", async () => {
  const { operation, operationUuid } = await createAs(ann, "timeline");
  const { client } = ann.socket();
  const live = subscribe(client, timelineQuery, { id: operation.id });
  expect(await live.next()).toEqual({
    operationTimeline: { operation: { state: "PENDING" }, events: [{ seq: 1, step: "ACCEPTED" }] },
  });
  const seen: number[] = [];
  for (let seq = 2; seq <= 40; seq += 2) await addEvents(operationUuid, [seq, seq + 1]);
  while (seen.at(-1) !== 41) {
    const { operationTimeline } = await live.next();
    seen.push(...operationTimeline.events.map((event: { seq: number }) => event.seq));
  }
  expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index + 2));
  const late = subscribe(client, timelineQuery, { id: operation.id, afterSeq: 40 });
  expect((await late.next()).operationTimeline.events).toEqual([{ seq: 41, step: "DATABASE" }]);
  await addEvents(operationUuid, [42], "SUCCEEDED");
  expect(await live.next()).toMatchObject({
    operationTimeline: { operation: { state: "SUCCEEDED" }, events: [{ seq: 42 }] },
  });
  expect(await live.ended()).toBe(true);
});

test("what happened while notifications were lost is shown after the reconnect", async () => {
  const { operation, operationUuid } = await createAs(ann, "lossy");
  const live = subscribe(ann.socket().client, timelineQuery, { id: operation.id });
  await live.next();
  // Nobody is told of this row.
  await api.database.worker
    .insertInto("operation_events")
    .values({ operation_id: operationUuid, seq: 2, step: "SECRETS", state: "SUCCEEDED" })
    .execute();
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'saas-kit changes'`.execute(api.database.owner);
  expect(await live.next()).toMatchObject({ operationTimeline: { events: [{ seq: 2, step: "SECRETS" }] } });
});

test("what clients leave behind is let go: subscriptions end with their sockets", async () => {
  const dora = await api.signIn();
  const { client } = dora.socket();
  const countOf = async () => (await api.metrics.subscriptions.get()).values[0]?.value;
  const before = await countOf();
  const live = subscribe(client, listQuery);
  await live.next();
  expect(await countOf()).toBe(before! + 1);
  await client.dispose();
  await expect.poll(countOf).toBe(before);
});

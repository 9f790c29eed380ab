import { afterAll, beforeAll, expect, test } from "vitest";
import { type LifecycleApi, startLifecycleApi } from "./support/lifecycle-api.ts";
import type { Json } from "./support/test-api.ts";

let api: LifecycleApi;
beforeAll(async () => {
  api = await startLifecycleApi();
});
afterAll(() => api?.dispose());

const ask: LifecycleApi["ask"] = (...given) => api.ask(...given);

test("the newest request wins: a start ends a stop, a second plan ends the first, a double click is one operation", async () => {
  const tenantId = await api.makeTenant("undecided");
  const [one, two] = await Promise.all([ask("stopTenant", { tenantId }), ask("stopTenant", { tenantId })]);
  expect(one.operation.id).toBe(two.operation.id);
  await ask("startTenant", { tenantId });
  await ask("changeTenantPlan", { tenantId, planCode: "standard" });
  const back = await ask("changeTenantPlan", { tenantId, planCode: "basic" });
  expect(back).toMatchObject({
    tenant: { plan: { code: "basic" } },
    operation: { summary: "from Standard to Basic" },
  });
  expect((await api.operationsOf(tenantId)).map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    "CREATE SUCCEEDED",
    "STOP CANCELLED",
    "START PENDING",
    "CHANGE_PLAN CANCELLED",
    "CHANGE_PLAN PENDING",
  ]);
  expect(await api.rowOf(tenantId)).toMatchObject({ desired_run_state: "RUNNING", generation: 5 });
});

test("cancelling takes the request back, once, and only while it is safe", async () => {
  const tenantId = await api.makeTenant("wavering");
  const cases = [
    ["stopTenant", {}, { desired_run_state: "RUNNING" }],
    ["restartTenant", {}, { restart_requested_at: null }],
    ["resetAdminPassword", { newPassword: "battery staple" }, { pending_password_reset_hash: null }],
    ["changeTenantPlan", { planCode: "standard" }, { plan_id: (await api.rowOf(tenantId)).plan_id }],
  ] as const;
  for (const [name, more, undone] of cases) {
    const operationId = (await ask(name, { tenantId, ...more })).operation.id;
    const { generation } = await api.rowOf(tenantId);
    expect(await ask("cancelOperation", { operationId })).toMatchObject({
      operation: {
        id: operationId,
        state: "CANCELLED",
        canCancel: false,
        cancelRefusal: "It has ended already.",
      },
      userErrors: [],
    });
    expect(await api.rowOf(tenantId)).toMatchObject({ ...undone, generation: generation + 1 });
    expect((await ask("cancelOperation", { operationId })).userErrors).toMatchObject([
      { code: "NOT_CANCELLABLE" },
    ]);
    expect(await api.rowOf(tenantId)).toMatchObject({ generation: generation + 1 });
  }
});

test("what has passed its point of no return is not cancelled, and says what to do instead", async () => {
  const tenantId = await api.makeTenant("too-late");
  const operationId = (await ask("changeTenantPlan", { tenantId, planCode: "standard" })).operation.id;
  await api.database.owner
    .updateTable("operations")
    .set({ irreversible_since: new Date() })
    .where("id", "=", api.uuidOf(operationId))
    .execute();
  const before = await api.everythingOf(tenantId);
  expect((await ask("cancelOperation", { operationId })).userErrors).toMatchObject([
    { code: "NOT_CANCELLABLE", message: expect.stringContaining("change it back") },
  ]);
  expect(await api.everythingOf(tenantId)).toEqual(before);
});

test("a cancelled second change of plan goes back to the plan in force before the first", async () => {
  const tenantId = await api.makeTenant("fickle");
  const { owner } = api.database;
  const { id: _id, ...basic } = await owner
    .selectFrom("plans")
    .selectAll()
    .where("code", "=", "basic")
    .executeTakeFirstOrThrow();
  await owner
    .insertInto("plans")
    .values({ ...basic, code: "tiny", name: "Tiny", position: 9 })
    .execute();
  const { plan_id } = await api.rowOf(tenantId);
  await ask("changeTenantPlan", { tenantId, planCode: "standard" });
  const second = await ask("changeTenantPlan", { tenantId, planCode: "tiny" });
  expect(second.operation.summary).toBe("from Basic to Tiny");
  await ask("cancelOperation", { operationId: second.operation.id });
  expect(await api.rowOf(tenantId)).toMatchObject({ plan_id });
});

test("the history has every operation once, the newest first, page by page", async () => {
  const tenantId = await api.makeTenant("eventful");
  for (const name of ["stopTenant", "startTenant", "stopTenant"] as const) {
    await ask(name, { tenantId });
    await api.finishAll(tenantId);
  }
  const query = `query ($id: ID!, $after: String) { tenant(id: $id) { operations(first: 2, after: $after) {
    edges { node { kind } } pageInfo { hasNextPage endCursor } } } }`;
  const first = (await api.ann.query(query, { id: tenantId })).data.tenant.operations;
  const second = (await api.ann.query(query, { id: tenantId, after: first.pageInfo.endCursor })).data.tenant
    .operations;
  const kinds = [...first.edges, ...second.edges].map(({ node }: Json) => node.kind);
  expect(kinds).toEqual(["STOP", "START", "STOP", "CREATE"]);
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  const odd = await api.ann.query(query, { id: tenantId, after: "nonsense" });
  expect(odd.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
});

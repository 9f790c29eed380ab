import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LifecycleApi, type LifecycleMutation, startLifecycleApi } from "./support/lifecycle-api.ts";
import type { Json, TestUser } from "./support/test-api.ts";

let api: LifecycleApi;
beforeAll(async () => {
  api = await startLifecycleApi();
});
afterAll(() => api?.dispose());

const ask: LifecycleApi["ask"] = (...given) => api.ask(...given);

const remove = `mutation ($input: DeleteTenantInput!) { deleteTenant(input: $input) {
  operation { id kind } userErrors { code } } }`;

test("a stop leaves desired state, a generation, an operation, an audit row and a due key", async () => {
  const tenantId = await api.makeTenant("to-stop");
  const before = await api.everythingOf(tenantId);
  const stopped = await ask("stopTenant", { tenantId });
  expect(stopped).toMatchObject({
    tenant: { desiredRunState: "STOPPED" },
    operation: {
      kind: "STOP",
      state: "PENDING",
      requestedBy: expect.stringContaining("@"),
      plannedSteps: ["ACCEPTED", "WORKLOAD", "STOPPED"],
      canCancel: true,
      cancelRefusal: "",
    },
    userErrors: [],
  });
  const after = await api.everythingOf(tenantId);
  expect(after.row).toMatchObject({ generation: before.row.generation + 1, desired_run_state: "STOPPED" });
  expect(after.operations.at(-1)).toMatchObject({ kind: "STOP", generation: after.row.generation });
  expect(after.audit).toHaveLength(before.audit.length + 1);
  expect(after.queue[0]!.revision).toBeGreaterThan(before.queue[0]!.revision);
});

test("what makes no sense is refused with its reason and changes nothing", async () => {
  const running = await api.makeTenant("is-running");
  const stopped = await api.makeTenant("is-stopped", "STOPPED");
  const failed = await api.makeTenant("has-failed", "FAILED");
  const creating = await api.beginCreation("half-made");
  const cases: [LifecycleMutation, Json, string, string][] = [
    ["startTenant", { tenantId: running }, "NOT_AVAILABLE", "running already"],
    ["stopTenant", { tenantId: stopped }, "NOT_AVAILABLE", "stopped already"],
    ["restartTenant", { tenantId: stopped }, "NOT_AVAILABLE", "start it instead"],
    ["stopTenant", { tenantId: creating }, "NOT_AVAILABLE", "being created"],
    [
      "resetAdminPassword",
      { tenantId: creating, newPassword: "long enough" },
      "NOT_AVAILABLE",
      "being created",
    ],
    ["restartTenant", { tenantId: failed }, "NOT_AVAILABLE", "has failed"],
    ["changeTenantPlan", { tenantId: running, planCode: "basic" }, "UNCHANGED", "already"],
    ["changeTenantPlan", { tenantId: running, planCode: "nonesuch" }, "PLAN_NOT_AVAILABLE", "no such plan"],
    ["resetAdminPassword", { tenantId: running, newPassword: "short" }, "TOO_SHORT", "8 characters"],
    ["resetAdminPassword", { tenantId: running, newPassword: "is-running" }, "INVALID", "subdomain"],
    ["resetAdminPassword", { tenantId: running, newPassword: "boss@example.com" }, "INVALID", "e-mail"],
    ["stopTenant", { tenantId: running, idempotencyKey: "" }, "INVALID", "1 to 200"],
  ];
  for (const [name, given, code, words] of cases) {
    const before = await api.everythingOf(given.tenantId);
    const payload = await ask(name, given);
    expect(payload, `${name} ${JSON.stringify(given)}`).toMatchObject({ tenant: null, operation: null });
    expect(payload.userErrors).toEqual([
      {
        code,
        field: code === "NOT_AVAILABLE" ? null : expect.any(String),
        message: expect.stringContaining(words),
      },
    ]);
    expect(await api.everythingOf(given.tenantId)).toEqual(before);
  }
  expect(api.hashed).not.toContain("short");
});

test("a tenant in deletion takes nothing more, and says so", async () => {
  const tenantId = await api.makeTenant("leaving");
  await ask("stopTenant", { tenantId });
  await api.ann.query(remove, { input: { tenantId, confirmation: "leaving" } });
  expect((await api.operationsOf(tenantId)).map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    "CREATE SUCCEEDED",
    "STOP CANCELLED",
    "DELETE PENDING",
  ]);
  const before = await api.everythingOf(tenantId);
  for (const name of ["startTenant", "stopTenant", "restartTenant"] as const) {
    expect((await ask(name, { tenantId })).userErrors).toMatchObject([
      { code: "NOT_AVAILABLE", message: "It is being deleted." },
    ]);
  }
  expect(await api.everythingOf(tenantId)).toEqual(before);
  const free = '{ slugAvailability(slug: "leaving") { problem message } }';
  const words = async (user: TestUser) => (await user.query(free)).data.slugAvailability;
  expect(await words(api.ann)).toEqual({
    problem: "TAKEN",
    message: expect.stringContaining("being deleted"),
  });
  expect(await words(api.bob)).toEqual({ problem: "TAKEN", message: expect.not.stringContaining("deleted") });
  const { data } = await api.ann.query("query ($id: ID!) { tenant(id: $id) { actions { isAvailable } } }", {
    id: tenantId,
  });
  expect(data.tenant.actions.every(({ isAvailable }: Json) => !isAvailable)).toBe(true);
});

test("a plan of another database strategy is refused, because a database cannot be moved yet", async () => {
  const tenantId = await api.makeTenant("wants-more");
  await api.database.owner
    .updateTable("plans")
    .set({ is_available: true })
    .where("code", "=", "premium")
    .execute();
  const before = await api.everythingOf(tenantId);
  expect((await ask("changeTenantPlan", { tenantId, planCode: "premium" })).userErrors).toMatchObject([
    { code: "STRATEGY_CHANGE", field: "planCode", message: expect.stringContaining("cannot be moved yet") },
  ]);
  expect(await api.everythingOf(tenantId)).toEqual(before);
});

test("a plan whose connections no longer fit on the database server is refused, also on the way back", async () => {
  const { owner } = api.database;
  const server = await owner
    .insertInto("database_servers")
    .values({
      kind: "SHARED",
      name: "postgres-shared-1",
      max_tenants: 5,
      conditions: "[]",
      connection_budget: 40,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  const place = async (tenantId: string, name: string) => {
    const placement = { database_server_id: server.id, strategy: "SHARED" as const, reason: "" };
    const names = { database_name: name, role_name: name };
    const tenant_id = api.uuidOf(tenantId);
    await owner
      .insertInto("placements")
      .values({ tenant_id, ...placement, ...names, reasons: "[]" })
      .execute();
  };
  const grows = await api.makeTenant("grows");
  await place(grows, "a");
  const change = await ask("changeTenantPlan", { tenantId: grows, planCode: "standard" });
  expect(change.userErrors).toEqual([]);
  await api.finishAll(grows);
  const shrinks = await ask("changeTenantPlan", { tenantId: grows, planCode: "basic" });
  const neighbour = await api.makeTenant("neighbour");
  await place(neighbour, "b");
  const before = [await api.everythingOf(grows), await api.everythingOf(neighbour)];
  const refused = [
    await ask("changeTenantPlan", { tenantId: neighbour, planCode: "standard" }),
    await ask("cancelOperation", { operationId: shrinks.operation.id }),
  ];
  for (const { userErrors } of refused) {
    expect(userErrors).toMatchObject([{ code: "NO_ROOM", message: expect.stringContaining("no room") }]);
  }
  expect([await api.everythingOf(grows), await api.everythingOf(neighbour)]).toEqual(before);
});

test("a reset keeps the hash only, in no answer, log or key, and the same key again is the same operation", async () => {
  const tenantId = await api.makeTenant("forgetful");
  const input = { tenantId, newPassword: "battery staple", idempotencyKey: "reset-1" };
  const first = await ask("resetAdminPassword", input);
  const again = await ask("resetAdminPassword", input);
  expect(again.operation.id).toBe(first.operation.id);
  expect(api.hashed.filter((password) => password === "battery staple")).toHaveLength(1);
  const { owner } = api.database;
  expect(await api.rowOf(tenantId)).toMatchObject({ pending_password_reset_hash: "hash-of-14" });
  const tables = ["tenants", "operations", "operation_events", "audit_log", "idempotency_keys"] as const;
  const rows = await Promise.all(tables.map((table) => owner.selectFrom(table).selectAll().execute()));
  expect(JSON.stringify([rows, first])).not.toContain("battery staple");
  const other = await ask("startTenant", { tenantId, idempotencyKey: "reset-1" });
  expect(other.userErrors).toMatchObject([{ code: "NOT_AVAILABLE" }]); // a key belongs to its mutation
});

test("the API's role cannot read the hash that waits", async () => {
  const read = api.database.api.selectFrom("tenants").select("pending_password_reset_hash").execute();
  await expect(read).rejects.toMatchObject({ code: "42501" });
});

test("somebody else's tenant and operation do not exist, and a viewer may look only", async () => {
  const tenantId = await api.makeTenant("guarded");
  const operationId = (await ask("stopTenant", { tenantId })).operation.id;
  const before = await api.everythingOf(tenantId);
  const inputs = {
    startTenant: { tenantId },
    stopTenant: { tenantId },
    restartTenant: { tenantId },
    resetAdminPassword: { tenantId, newPassword: "battery staple" },
    changeTenantPlan: { tenantId, planCode: "standard" },
    cancelOperation: { operationId },
  };
  const codesOf = (user: TestUser) =>
    Promise.all(
      Object.entries(inputs).map(async ([name, input]) => {
        const { errors } = await api.askAs(user, name as LifecycleMutation, input);
        return errors?.[0]?.extensions.code;
      }),
    );
  expect(new Set(await codesOf(api.bob))).toEqual(new Set(["NOT_FOUND"]));
  const { organization_id } = before.row;
  await api.database.owner
    .insertInto("memberships")
    .values({ organization_id: organization_id!, user_id: api.bob.userId, role: "viewer" })
    .execute();
  expect(new Set(await codesOf(api.bob))).toEqual(new Set(["FORBIDDEN"]));
  const seen = await api.bob.query(
    `query ($id: ID!) { tenant(id: $id) { actions { isAvailable refusal }
      operations { edges { node { requestedBy } } } } }`,
    { id: tenantId },
  );
  expect(seen.data.tenant.actions[0]).toEqual({
    isAvailable: false,
    refusal: expect.stringContaining("role"),
  });
  expect(seen.data.tenant.operations.edges[0].node.requestedBy).toContain("@"); // a colleague's name may be known
  expect(await api.everythingOf(tenantId)).toEqual(before);
});

test("ids that are none of ours are not found", async () => {
  for (const tenantId of ["x", Buffer.from(`Tenant:${randomUUID()}`).toString("base64url")]) {
    const { errors } = await api.askAs(api.ann, "stopTenant", { tenantId });
    expect(errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  }
});

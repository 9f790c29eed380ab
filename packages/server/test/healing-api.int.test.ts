import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "./support/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.dispose());

const query = `{ orphans { kind place name reason since removedAfter }
  drift { id code message server subject tenantId tenantSlug foundAt endedAt } }`;

test("an administrator sees what belongs to nobody and what was changed by hand, what is still so first", async () => {
  const { owner } = api.database;
  const server = await owner
    .insertInto("database_servers")
    .values({ kind: "SHARED", name: "postgres-shared-7", max_tenants: 5, conditions: "[]" })
    .returning("id")
    .executeTakeFirstOrThrow();
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const row = { database_server_id: server.id, tenant_id: null };
  await owner
    .insertInto("drift")
    .values([
      { ...row, code: "TEMPLATE_OPEN", subject: "template_x", found_at: at(9), ended_at: at(10) },
      { ...row, code: "ADDRESSES_TRUSTED", subject: "line 1 of pg_hba.conf", found_at: at(1) },
    ])
    .execute();
  await owner
    .insertInto("orphans")
    .values({
      kind: "DATABASE",
      place: "postgres-shared-7",
      name: "t_1",
      reason: "Nobody's.",
      removable_at: at(30),
    })
    .execute();
  const admin = await api.signIn({ isAdmin: true });
  const { data } = await admin.query(query);
  expect(data.orphans).toEqual([
    {
      ...{ kind: "DATABASE", place: "postgres-shared-7", name: "t_1", reason: "Nobody's." },
      ...{ since: expect.any(String), removedAfter: at(30).toISOString() },
    },
  ]);
  expect(data.drift).toMatchObject([
    {
      code: "ADDRESSES_TRUSTED",
      endedAt: null,
      message: expect.stringContaining("scram-sha-256"),
      tenantId: null,
    },
    {
      code: "TEMPLATE_OPEN",
      endedAt: at(10).toISOString(),
      server: "postgres-shared-7",
      subject: "template_x",
    },
  ]);
  const { errors } = await admin.query("{ drift(first: 0) { id } }");
  expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
});

test("nobody else sees either", async () => {
  const somebody = await api.signIn();
  for (const field of ["orphans { name }", "drift { id }"]) {
    const { errors } = await somebody.query(`{ ${field} }`);
    expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  }
});

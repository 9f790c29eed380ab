import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { TenantFault, TenantRole } from "../src/core/postgres-servers.ts";
import { makePoolWithTenants } from "./support/pool-tenants.ts";

let pool: Awaited<ReturnType<typeof makePoolWithTenants>>;
let tenant: TenantRole;
let neighbour: TenantRole;

beforeAll(async () => {
  pool = await makePoolWithTenants();
  [tenant, neighbour] = [await pool.makeTenant(), await pool.makeTenant()];
});
afterAll(() => pool?.dispose());

const findFaults = async () => (await pool.servers.audit(pool.server))!;

const faultsOf = async ({ tenantId }: TenantRole) =>
  (await findFaults()).tenants.find((found) => found.tenantId === tenantId)?.faults ?? [];

const repaired: [what: string, fault: TenantFault, change: (tenant: TenantRole) => string][] = [
  [
    "CONNECT for everybody",
    "DATABASE_GRANTS",
    (t) => `grant connect on database ${t.databaseName} to public`,
  ],
  [
    "CONNECT for a neighbour",
    "DATABASE_GRANTS",
    (t) => `grant connect on database ${t.databaseName} to ${neighbour.roleName} with grant option`,
  ],
  [
    "a right taken away",
    "DATABASE_GRANTS",
    (t) => `revoke connect on database ${t.databaseName} from ${t.roleName}`,
  ],
  [
    "a right to give rights",
    "DATABASE_GRANTS",
    (t) => `grant connect on database ${t.databaseName} to ${t.roleName} with grant option`,
  ],
  ["CONNECT on postgres", "FOREIGN_RIGHTS", (t) => `grant connect on database postgres to ${t.roleName}`],
  [
    "CONNECT on another database",
    "FOREIGN_RIGHTS",
    (t) => `grant connect on database ${pool.templateName} to ${t.roleName}`,
  ],
  [
    "a right on a parameter",
    "FOREIGN_RIGHTS",
    (t) => `grant set on parameter temp_file_limit to ${t.roleName}`,
  ],
  [
    "a right on the control schema",
    "FOREIGN_RIGHTS",
    (t) => `grant usage on schema control to ${t.roleName}`,
  ],
  ["SUPERUSER", "ROLE_ATTRIBUTES", (t) => `alter role ${t.roleName} superuser`],
  ["CREATEDB", "ROLE_ATTRIBUTES", (t) => `alter role ${t.roleName} createdb`],
  ["CREATEROLE", "ROLE_ATTRIBUTES", (t) => `alter role ${t.roleName} createrole`],
  ["REPLICATION", "ROLE_ATTRIBUTES", (t) => `alter role ${t.roleName} replication`],
  ["BYPASSRLS", "ROLE_ATTRIBUTES", (t) => `alter role ${t.roleName} bypassrls`],
  ["NOLOGIN", "ROLE_ATTRIBUTES", (t) => `alter role ${t.roleName} nologin`],
  [
    "an end of its password's validity",
    "ROLE_ATTRIBUTES",
    (t) => `alter role ${t.roleName} valid until '2001-01-01'`,
  ],
  ["a higher connection limit", "CONNECTION_LIMIT", (t) => `alter role ${t.roleName} connection limit 500`],
  ["another password", "PASSWORD_CHANGED", (t) => `alter role ${t.roleName} password 'chosen'`],
  [
    "a limit lifted",
    "ROLE_SETTINGS",
    (t) => `alter role ${t.roleName} set idle_in_transaction_session_timeout = 0`,
  ],
  [
    "a setting in its database",
    "ROLE_SETTINGS",
    (t) => `alter role ${t.roleName} in database ${t.databaseName} set temp_file_limit = -1`,
  ],
  ["membership of pg_monitor", "MEMBERSHIPS", (t) => `grant pg_monitor to ${t.roleName}`],
  [
    "membership of a neighbour",
    "MEMBERSHIPS",
    (t) => `grant ${neighbour.roleName} to ${t.roleName} with admin option`,
  ],
  ["a neighbour's membership", "MEMBERSHIPS", (t) => `grant ${t.roleName} to ${neighbour.roleName}`],
  [
    "ownership of the database",
    "DATABASE_OWNER",
    (t) => `alter database ${t.databaseName} owner to ${t.roleName}`,
  ],
  [
    "a database to be cloned by all",
    "DATABASE_FLAGS",
    (t) => `alter database ${t.databaseName} is_template true`,
  ],
  ["a limit on the database", "DATABASE_FLAGS", (t) => `alter database ${t.databaseName} connection limit 1`],
];

test.each(repaired)(
  "%s, given by hand, is found from outside the database and taken back",
  async (_what, fault, change) => {
    expect(await faultsOf(tenant)).toEqual([]);
    await pool.asSuperuser(change(tenant));
    expect(await faultsOf(tenant)).toContain(fault);
    expect(await pool.servers.inspectTenant(pool.server, tenant)).toMatchObject({ isRoleCurrent: false });
    await pool.ensure(tenant);
    expect(await faultsOf(tenant)).toEqual([]);
    await pool.ensure(neighbour);
    expect(await faultsOf(neighbour)).toEqual([]);
    expect(await pool.servers.inspectTenant(pool.server, tenant)).toMatchObject({ isRoleCurrent: true });
    await pool.asTenant(tenant, (client) => client.query("select from res_users"));
    await expect(pool.asTenant(neighbour, async () => {}, tenant.databaseName)).rejects.toThrow(
      "permission denied",
    );
    await expect(pool.asTenant(tenant, async () => {}, "postgres")).rejects.toThrow("permission denied");
  },
);

test("a tenant's own change of password is found and undone", async () => {
  const tenant = await pool.makeTenant();
  await pool.asTenant(tenant, (client) => client.query(`alter role current_user password 'mine'`));
  expect(await faultsOf(tenant)).toEqual(["PASSWORD_CHANGED"]);
  await pool.ensure(tenant);
  await pool.asTenant(tenant, (client) => client.query("select 1"));
});

test("a role that was dropped comes back with its password, and lost ownership is told", async () => {
  const tenant = await pool.makeTenant();
  await pool.asSuperuser(`reassign owned by ${tenant.roleName} to postgres`, tenant.databaseName);
  await pool.asSuperuser(`drop owned by ${tenant.roleName}; drop role ${tenant.roleName}`);
  expect(await faultsOf(tenant)).toContain("ROLE_MISSING");
  await pool.ensure(tenant);
  await pool.asTenant(tenant, (client) => client.query("select 1"));
  expect(await faultsOf(tenant)).toEqual(["OWNERSHIP_LOST"]);
});

test("a dropped database and a closed one are told, not replaced", async () => {
  const [dropped, closed] = [await pool.makeTenant(), await pool.makeTenant()];
  await pool.asSuperuser(`drop database ${dropped.databaseName}`);
  await pool.asSuperuser(`alter database ${closed.databaseName} allow_connections false`);
  expect(await faultsOf(dropped)).toEqual(["DATABASE_MISSING"]);
  expect(await faultsOf(closed)).toEqual(["DATABASE_CLOSED"]);
  await pool.ensure(closed);
  expect(await faultsOf(closed)).toEqual(["DATABASE_CLOSED"]);
  await pool.change(closed.tenantId, (session) => session.dropTenant(closed));
});

test("maintenance databases and templates that were opened are closed again", async () => {
  expect((await findFaults()).server).toEqual([]);
  await pool.asSuperuser(`
    grant connect on database postgres to public;
    grant connect on database template1 to ${neighbour.roleName};
    alter database ${pool.templateName} allow_connections true`);
  expect((await findFaults()).server).toEqual([
    { code: "MAINTENANCE_OPEN", subject: "postgres" },
    { code: "MAINTENANCE_OPEN", subject: "template1" },
    { code: "TEMPLATE_OPEN", subject: pool.templateName },
  ]);
  await pool.servers.repair(pool.server);
  expect((await findFaults()).server).toEqual([]);
  expect(await pool.servers.findTemplates(pool.server)).toEqual(new Map([[pool.templateName, "READY"]]));
});

test("the audit of a server asks a few times, whatever the number of its tenants", async () => {
  await Promise.all(Array.from({ length: 5 }, () => pool.makeTenant()));
  const asked = vi.spyOn(pg.Pool.prototype, "query");
  expect((await findFaults()).known.length).toBeGreaterThan(6);
  expect(asked).toHaveBeenCalledTimes(4);
  asked.mockRestore();
});

test("a neighbour cannot keep a tenant from being deleted by granting it something", async () => {
  const tenant = await pool.makeTenant();
  const blocker = await pool.makeTenant();
  await pool.asTenant(blocker, (client) => client.query(`grant select on res_users to ${tenant.roleName}`));
  expect(await faultsOf(tenant)).toEqual([]);
  await pool.change(tenant.tenantId, (session) => session.dropTenant(tenant));
  await expect(pool.asTenant(tenant, async () => {})).rejects.toThrow();
  const named = async () =>
    (await pool.servers.findOwnNames(pool.server))!.find(({ name }) => name === tenant.roleName);
  expect(await named()).toMatchObject({ hasDatabase: false, hasRole: true, isKnown: true });
  await pool.change(blocker.tenantId, (session) => session.dropTenant(blocker));
  await pool.change(tenant.tenantId, (session) => session.dropTenant(tenant));
  expect(await named()).toBeUndefined();
});

test("a session that outlives a change of its password, or sleeps in a transaction, is ended", async () => {
  const isEnded = (client: pg.Client) =>
    client.query("select 1").then(
      () => false,
      () => true,
    );
  const [hour, moment] = [3_600_000, 0];
  const changed = await pool.makeTenant();
  await pool.asTenant(changed, async (old) => {
    await pool.ensure({ ...changed, password: "the new one" });
    await pool.servers.endStaleSessions(pool.server); // its pod is being replaced now
    expect(await isEnded(old)).toBe(false);
    await pool.servers.endStaleSessions(pool.server, { afterPasswordMs: moment, idleInTransactionMs: hour });
    expect(await isEnded(old)).toBe(true);
  });
  await pool.asTenant({ ...changed, password: "the new one" }, async (fresh) => {
    await pool.servers.endStaleSessions(pool.server, { afterPasswordMs: moment, idleInTransactionMs: hour });
    expect(await isEnded(fresh)).toBe(false);
    await fresh.query("set idle_in_transaction_session_timeout = 0; begin");
    await pool.servers.endStaleSessions(pool.server, {
      afterPasswordMs: moment,
      idleInTransactionMs: moment,
    });
    expect(await isEnded(fresh)).toBe(true);
  });
});

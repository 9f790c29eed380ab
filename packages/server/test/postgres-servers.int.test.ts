import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makePostgresServers } from "../src/adapters/postgres-servers/make-postgres-servers.ts";
import { type Lease, LeaseLostError } from "../src/core/lease.ts";
import type { PostgresServers, TenantRole } from "../src/core/postgres-servers.ts";
import { makePoolServer, type PoolServer } from "./support/pool-server.ts";

const password = "the pool's password";
const server = { id: randomUUID(), name: "postgres-shared-1" };
const templateName = "template_app_1_base_00000000";
let pool: PoolServer;
let servers: PostgresServers;

beforeAll(async () => {
  pool = await makePoolServer(password);
  servers = makePostgresServers({ findAddress: () => pool, readPassword: async () => password });
  await Promise.all([servers.prepare(server), servers.prepare(server)]);
  await makeTemplate();
});
afterAll(async () => {
  await servers.dispose();
  await pool.dispose();
});

function leaseOf(epoch: number, isHeld = () => true): Lease {
  const assertHeld = () => {
    if (!isHeld()) throw new LeaseLostError("tenant:x");
  };
  return { key: "tenant:x", epoch, isHeld, assertHeld };
}

function makeTenant(): TenantRole {
  const tenantId = randomUUID();
  const name = `t_${tenantId.replaceAll("-", "")}`;
  return { tenantId, databaseName: name, roleName: name, password: `pw-${tenantId}`, connectionLimit: 5 };
}
type Tenant = TenantRole;

const change = <T>(tenant: Tenant, epoch: number, run: Parameters<typeof servers.withSession<T>>[2]) =>
  servers.withSession(server, { subjectId: tenant.tenantId, lease: leaseOf(epoch) }, run);
const provision = (tenant: Tenant, epoch = 1) =>
  change(tenant, epoch, async (session) => {
    await session.ensureRole(tenant);
    await session.ensureDatabase({ ...tenant, templateName });
  });

const asTenant = <T>(
  tenant: Tenant,
  run: (client: pg.Client) => Promise<T>,
  database = tenant.databaseName,
) => pool.as({ user: tenant.roleName, password: tenant.password, database }, run);
const asSuperuser = <T>(run: (client: pg.Client) => Promise<T>, database = "postgres") =>
  pool.as({ user: "postgres", password, database }, run);

async function makeTemplate() {
  const lease = { subjectId: server.id, lease: leaseOf(1) };
  const missing = await servers.withSession(server, lease, (session) =>
    session.beginTemplate({ name: templateName, extensions: ["pg_trgm", "no_such"], ownerPassword: "owner" }),
  );
  expect(missing).toEqual(["no_such"]);
  expect(await servers.findTemplates(server)).toEqual(new Map([[templateName, "BUILDING"]]));
  await pool.as({ user: "template_owner", password: "owner", database: templateName }, async (client) => {
    await client.query("create table res_users (id int primary key, login text)");
    await client.query("insert into res_users values (2, 'admin')");
  });
  await servers.withSession(server, lease, (session) => session.finishTemplate(templateName));
  expect(await servers.findTemplates(server)).toEqual(new Map([[templateName, "READY"]]));
}

test("a tenant gets a clone that it owns, signs in to with its password, and nothing else", async () => {
  const [tenant, neighbour] = [makeTenant(), makeTenant()];
  await Promise.all([provision(tenant), provision(neighbour)]);
  const seen = await asTenant(tenant, async (client) => {
    await client.query("alter table res_users add column note text");
    await client.query("create table own (id int)");
    return (await client.query("select login from res_users")).rows;
  });
  expect(seen).toEqual([{ login: "admin" }]);
  for (const database of ["postgres", "template1", neighbour.databaseName, templateName]) {
    await expect(asTenant(tenant, async () => {}, database)).rejects.toThrow(
      /permission denied|not currently accepting/,
    );
  }
  const facts = await asSuperuser((client) =>
    client.query(
      `select rolsuper, rolcreatedb, rolcreaterole, rolconnlimit, pg_get_userbyid(datdba) as owner
       from pg_roles, pg_database where rolname = $1 and datname = $1`,
      [tenant.roleName],
    ),
  );
  expect(facts.rows).toEqual([
    { rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolconnlimit: 5, owner: "postgres" },
  ]);
});

test("the template's owner can no longer sign in once the template is finished", async () => {
  const login = { user: "template_owner", password: "owner", database: templateName };
  await expect(pool.as(login, async () => {})).rejects.toThrow(
    /not permitted to log in|not currently accepting/,
  );
});

test("provisioning goes on wherever an earlier run was cut off, and changes nothing once handed over", async () => {
  const tenant = makeTenant();
  const statements = ["create role", "create database", "revoke all", "reassign owned", "grant connect"];
  for (const [index, statement] of statements.entries()) {
    // The lease is lost just before the statement, as when the process is killed there.
    let isHeld = true;
    const lease = leaseOf(index + 1, () => isHeld);
    const query = pg.Client.prototype.query;
    const spy = vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (
      this: pg.Client,
      ...args
    ) {
      if (String(args[0]).trim().startsWith(statement)) {
        isHeld = false;
        return Promise.reject(new Error("killed")) as never;
      }
      return query.apply(this, args as never) as never;
    });
    const run = servers.withSession(server, { subjectId: tenant.tenantId, lease }, async (session) => {
      await session.ensureRole(tenant);
      await session.ensureDatabase({ ...tenant, templateName });
    });
    await expect(run).rejects.toThrow("killed");
    spy.mockRestore();
    expect((await servers.inspectTenant(server, tenant)).isHandedOver).toBe(false);
    await expect(asTenant(tenant, async () => {})).rejects.toThrow();
  }
  await provision(tenant, 10);
  await asTenant(tenant, (client) => client.query("create table own (id int)"));
  await provision(tenant, 11);
  await asTenant(tenant, (client) => client.query("select from own"));
  expect(await servers.inspectTenant(server, tenant)).toEqual({
    isKnown: true,
    isRoleCurrent: true,
    hasDatabase: true,
    isHandedOver: true,
    isIdentityApplied: false,
    faults: [],
  });
});

test("identity is applied in one transaction as the tenant's own role, and recorded", async () => {
  const tenant = makeTenant();
  await provision(tenant);
  const failing = [
    { text: "update res_users set login = $1", values: ["ann@example.com"] },
    { text: "select 1 / 0", values: [] },
  ];
  await expect(
    change(tenant, 2, (session) => session.applyIdentity({ ...tenant, statements: failing })),
  ).rejects.toThrow("division by zero");
  expect((await servers.inspectTenant(server, tenant)).isIdentityApplied).toBe(false);
  const good = [failing[0]!, { text: "create table who as select session_user::text as name", values: [] }];
  await change(tenant, 3, (session) => session.applyIdentity({ ...tenant, statements: good }));
  expect((await servers.inspectTenant(server, tenant)).isIdentityApplied).toBe(true);
  const rows = await asTenant(tenant, (client) => client.query("select login, name from res_users, who"));
  expect(rows.rows).toEqual([{ login: "ann@example.com", name: tenant.roleName }]);
});

test("a new password or limit is noticed and reaches the role", async () => {
  const tenant = makeTenant();
  await provision(tenant);
  const changed = { ...tenant, password: "another", connectionLimit: 7 };
  expect((await servers.inspectTenant(server, changed)).isRoleCurrent).toBe(false);
  await change(tenant, 2, (session) => session.ensureRole(changed));
  await asTenant(changed, (client) => client.query("select 1"));
  await expect(asTenant(tenant, async () => {})).rejects.toThrow("password authentication failed");
  expect((await servers.inspectTenant(server, changed)).isRoleCurrent).toBe(true);
  expect((await servers.inspectTenant(server, { ...changed, connectionLimit: 5 })).isRoleCurrent).toBe(false);
});

test("an older epoch is refused after a later one, for good", async () => {
  const tenant = makeTenant();
  await provision(tenant, 5);
  await expect(provision(tenant, 4)).rejects.toThrow(LeaseLostError);
  await change(tenant, 6, (session) => session.dropTenant(tenant));
  await expect(provision(tenant, 5)).rejects.toThrow(LeaseLostError);
  expect(await servers.inspectTenant(server, tenant)).toMatchObject({ isKnown: false, hasDatabase: false });
});

test("a later epoch ends the sessions of an older one, in the maintenance and in the tenant's database", async () => {
  const tenant = makeTenant();
  await provision(tenant, 1);
  const entered = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const late = change(tenant, 2, async (session) => {
    await session.ensureRole(tenant);
    entered.resolve();
    await resumed.promise; // stopped here …
    await session.applyIdentity({ ...tenant, statements: [{ text: "drop table res_users", values: [] }] });
  });
  late.catch(() => undefined);
  await entered.promise;
  await change(tenant, 3, (session) => session.ensureRole(tenant)); // … while another takes over
  resumed.resolve();
  await expect(late).rejects.toThrow();
  await asTenant(tenant, (client) => client.query("select from res_users"));
  expect((await servers.inspectTenant(server, tenant)).isIdentityApplied).toBe(false);
});

test("a lease that is lost stops the session before its next statement", async () => {
  const tenant = makeTenant();
  let isHeld = true;
  const lease = leaseOf(1, () => isHeld);
  const run = servers.withSession(server, { subjectId: tenant.tenantId, lease }, async (session) => {
    isHeld = false;
    await session.ensureRole(tenant);
  });
  await expect(run).rejects.toThrow(LeaseLostError);
  expect((await servers.inspectTenant(server, tenant)).isKnown).toBe(false);
});

test("dropping ends live sessions, leaves nothing, and can be repeated", async () => {
  const tenant = makeTenant();
  await provision(tenant);
  await asTenant(tenant, async () => {
    await change(tenant, 2, (session) => session.dropTenant(tenant));
  });
  await change(tenant, 3, (session) => session.dropTenant(tenant));
  expect(await servers.inspectTenant(server, tenant)).toEqual({
    isKnown: false,
    isRoleCurrent: false,
    hasDatabase: false,
    isHandedOver: false,
    isIdentityApplied: false,
    faults: [],
  });
});

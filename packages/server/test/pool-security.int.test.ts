import { afterAll, beforeAll, expect, test } from "vitest";
import type { TenantRole } from "../src/core/postgres-servers.ts";
import { makePoolWithTenants } from "./support/pool-tenants.ts";

let pool: Awaited<ReturnType<typeof makePoolWithTenants>>;
let tenant: TenantRole;
let neighbour: TenantRole;

beforeAll(async () => {
  pool = await makePoolWithTenants();
  [tenant, neighbour] = [await pool.makeTenant(), await pool.makeTenant()];
});
afterAll(() => pool?.dispose());

const asTenant = (text: string) => pool.asTenant(tenant, async (client) => (await client.query(text)).rows);

test("a tenant's role signs in to its own database and to no other", async () => {
  expect(await asTenant("select login from res_users")).toEqual([{ login: "admin" }]);
  for (const database of [neighbour.databaseName, "postgres", "template0", "template1", pool.templateName]) {
    await expect(
      pool.asTenant(tenant, async () => {}, database),
      database,
    ).rejects.toThrow(/permission denied|not currently accepting/);
  }
});

test.each([
  ["make itself superuser", () => `alter role ${tenant.roleName} superuser`],
  ["let itself make databases", () => `alter role ${tenant.roleName} createdb`],
  ["let itself make roles", () => `alter role ${tenant.roleName} createrole`],
  ["let itself replicate", () => `alter role ${tenant.roleName} replication`],
  ["let itself pass row-level security", () => `alter role ${tenant.roleName} bypassrls`],
  ["lift its connection limit", () => `alter role ${tenant.roleName} connection limit -1`],
  ["make a role", () => "create role another"],
  ["make a database", () => "create database another"],
  ["open its database to everybody", () => `alter database ${tenant.databaseName} allow_connections true`],
  ["become its neighbour", () => `set role ${neighbour.roleName}`],
  ["join its neighbour", () => `grant ${neighbour.roleName} to ${tenant.roleName}`],
  ["take the control role", () => "set role postgres"],
  ["take the template's owner", () => "set role template_owner"],
  ["lift its limit of temporary files", () => "set temp_file_limit = -1"],
  ["make an event trigger", () => eventTrigger],
  ["read passwords", () => "select rolpassword from pg_authid"],
  ["read the server's files", () => "select pg_read_file('pg_hba.conf')"],
  ["run a program", () => "create table t (x text); copy t from program 'id'"],
  ["write a file", () => "copy (select 1) to '/tmp/out'"],
  ["load a library", () => "load 'dblink'"],
  [
    "end a neighbour's sessions",
    () => `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'`,
  ],
  ["read the rules of access", () => "select * from pg_hba_file_rules"],
])("a tenant's role cannot %s", async (_what, statement) => {
  await expect(asTenant(statement())).rejects.toThrow(
    /permission denied|must be|must have|not permitted|access to library|Only roles/,
  );
});

const eventTrigger = `
  create function planted() returns event_trigger language plpgsql as $$ begin end $$;
  create event trigger planted on ddl_command_end execute function planted()`;

test("GRANT CONNECT on its own database is not the tenant's to give", async () => {
  await asTenant(`grant connect on database ${tenant.databaseName} to public`).catch(() => undefined); // a warning
  await expect(pool.asTenant(neighbour, async () => {}, tenant.databaseName)).rejects.toThrow(
    "permission denied",
  );
});

test("a role holds its connection limit, and its limits on transactions and temporary files are set", async () => {
  const settings = await asTenant(
    "select current_setting('idle_in_transaction_session_timeout') as idle, current_setting('temp_file_limit') as files",
  );
  expect(settings).toEqual([{ idle: "10min", files: "1GB" }]);
  const open = async (left: number): Promise<void> =>
    pool.asTenant(tenant, async () => {
      if (left > 1) await open(left - 1);
    });
  await open(tenant.connectionLimit);
  await expect(open(tenant.connectionLimit + 1)).rejects.toThrow("too many connections for role");
});

test("what a tenant hears by LISTEN comes from its own database only", async () => {
  await pool.asTenant(neighbour, async (listener) => {
    const heard: string[] = [];
    listener.on("notification", ({ payload }) => heard.push(payload ?? ""));
    await listener.query("listen imbus");
    await asTenant("notify imbus, 'secret'");
    await listener.query("notify imbus, 'own'");
    await listener.query("select 1");
    expect(heard).toEqual(["own"]);
  });
});

test("nobody is trusted for the address it comes from, not even for the local one", async () => {
  const trusting = await pool.asSuperuser("select * from pg_hba_file_rules where auth_method = 'trust'");
  expect(trusting).toEqual([]);
  for (const user of ["postgres", tenant.roleName]) {
    const login = { user, password: "wrong", database: tenant.databaseName };
    await expect(pool.pool.as(login, async () => {})).rejects.toThrow("password authentication failed");
  }
});

import { randomUUID } from "node:crypto";
import type pg from "pg";
import { makePostgresServers } from "../../src/adapters/postgres-servers/make-postgres-servers.ts";
import { type Lease, LeaseLostError } from "../../src/core/lease.ts";
import type { TenantRole } from "../../src/core/postgres-servers.ts";
import { makePoolServer } from "./pool-server.ts";

const password = "the pool's password";
const templateName = "template_app_1_base_00000000";

export function leaseOf(epoch: number, isHeld = () => true): Lease {
  const assertHeld = () => {
    if (!isHeld()) throw new LeaseLostError("tenant:x");
  };
  return { key: "tenant:x", epoch, isHeld, assertHeld };
}

/** A prepared pool with a template, and what a test does to its tenants. */
export async function makePoolWithTenants() {
  const pool = await makePoolServer(password);
  const server = { id: randomUUID(), name: "postgres-shared-1" };
  const servers = makePostgresServers({ findAddress: () => pool, readPassword: async () => password });
  let epoch = 0;
  const change = <T>(subjectId: string, run: Parameters<typeof servers.withSession<T>>[2]) => {
    epoch += 1;
    return servers.withSession(server, { subjectId, lease: leaseOf(epoch) }, run);
  };
  await servers.prepare(server);
  await change(server.id, async (session) => {
    await session.beginTemplate({ name: templateName, extensions: [], ownerPassword: "owner" });
  });
  await pool.as({ user: "template_owner", password: "owner", database: templateName }, async (client) => {
    await client.query("create table res_users (id int primary key, login text)");
    await client.query("insert into res_users values (2, 'admin')");
  });
  await change(server.id, (session) => session.finishTemplate(templateName));
  /** What a tenant's run does about its database. */
  const ensure = (tenant: TenantRole) =>
    change(tenant.tenantId, async (session) => {
      await session.ensureRole(tenant);
      await session.ensureDatabase({ ...tenant, templateName });
      await session.ensureGuards(tenant);
    });
  return {
    server,
    servers,
    pool,
    templateName,
    change,
    ensure,
    async makeTenant(): Promise<TenantRole> {
      const tenantId = randomUUID();
      const name = `t_${tenantId.replaceAll("-", "")}`;
      const names = { databaseName: name, roleName: name };
      const tenant = { tenantId, ...names, password: `pw-${tenantId}`, connectionLimit: 5 };
      await ensure(tenant);
      return tenant;
    },
    asTenant: <T>(
      tenant: TenantRole,
      run: (client: pg.Client) => Promise<T>,
      database = tenant.databaseName,
    ) => pool.as({ user: tenant.roleName, password: tenant.password, database }, run),
    /** Several statements, in the maintenance database unless another is named. */
    asSuperuser: (text: string, database = "postgres") =>
      pool.as({ user: "postgres", password, database }, async (client) => (await client.query(text)).rows),
    async dispose() {
      await servers.dispose();
      await pool.dispose();
    },
  };
}

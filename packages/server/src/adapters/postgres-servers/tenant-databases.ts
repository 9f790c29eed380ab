import { escapeIdentifier, escapeLiteral } from "pg";
import {
  type ServerSession,
  type TenantDatabase,
  type TenantRole,
  templateOwner,
  UnchangedError,
} from "../../core/postgres-servers.ts";
import { roleSettings } from "./faults-query.ts";
import type { FencedSession } from "./fenced-session.ts";
import { buildScramVerifier, digestOfPassword } from "./scram-verifier.ts";
import { dropTenant, ensureGuards } from "./tenant-guards.ts";

type TenantChanges = Pick<
  ServerSession,
  "ensureRole" | "ensureGuards" | "ensureDatabase" | "applyIdentity" | "runAsTenant" | "dropTenant"
>;
type TenantStatements = Parameters<ServerSession["runAsTenant"]>[0];

/** What is changed on a server for one tenant, in a session that is fenced. */
export function makeTenantDatabases(session: FencedSession): TenantChanges {
  return {
    ensureRole: (role) => ensureRole(session, role),
    ensureGuards: (database) => ensureGuards(session, database),
    ensureDatabase: (database) => ensureDatabase(session, database),
    applyIdentity: (database) => applyIdentity(session, database),
    runAsTenant: (database) => runAsTenant(session, database),
    dropTenant: (database) => dropTenant(session, database),
  };
}

const settingsOf = (role: string) =>
  Object.entries(roleSettings).map(([name, value]) => `alter role ${role} set ${name} = '${value}';`);

async function ensureRole(session: FencedSession, role: TenantRole): Promise<void> {
  const found = await session.query("select from pg_roles where rolname = $1", [role.roleName]);
  const verb = found.length === 0 ? "create" : "alter";
  const name = escapeIdentifier(role.roleName);
  const limit = Math.trunc(role.connectionLimit);
  const verifier = await buildScramVerifier(role.password);
  const digests = [digestOfPassword(role.password), digestOfPassword(verifier)];
  const record = [role.tenantId, role.databaseName, role.roleName, ...digests].map(escapeLiteral);
  // Several statements in one text are one transaction.
  await session.query(`
    ${verb} role ${name} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
      connection limit ${limit} valid until 'infinity' password ${escapeLiteral(verifier)};
    alter role ${name} reset all;
    ${settingsOf(name).join("\n    ")}
    insert into control.databases as d
      (tenant_id, database_name, role_name, password_digest, verifier_digest, connection_limit, password_set_at)
    values (${record.join(", ")}, ${limit}, now())
    on conflict (tenant_id) do update set password_digest = excluded.password_digest,
      verifier_digest = excluded.verifier_digest, connection_limit = excluded.connection_limit,
      password_set_at = case when d.password_digest = excluded.password_digest
        then d.password_set_at else excluded.password_set_at end`);
}

async function ensureDatabase(
  session: FencedSession,
  target: TenantDatabase & { templateName: string },
): Promise<void> {
  const [record] = await session.query<{ isHandedOver: boolean }>(
    `select handed_over_at is not null as "isHandedOver" from control.databases where tenant_id = $1`,
    [target.tenantId],
  );
  if (record === undefined || record.isHandedOver) return;
  const database = escapeIdentifier(target.databaseName);
  const role = escapeIdentifier(target.roleName);
  await ensureClone(session, target);
  // A clone carries no rights of its own: closed to everybody before it is opened to anybody.
  await session.query(`
    revoke all on database ${database} from public;
    alter database ${database} connection limit -1`);
  await session.withDatabase({ database: target.databaseName }, (clone) =>
    clone.query(`
      reassign owned by ${templateOwner} to ${role};
      alter schema public owner to ${role}`),
  );
  await session.query(`
    grant connect, temporary on database ${database} to ${role};
    update control.databases set handed_over_at = now() where tenant_id = ${escapeLiteral(target.tenantId)}`);
}

const invalidDatabase = -2; // pg_database.datconnlimit of a drop that was interrupted

async function ensureClone(
  session: FencedSession,
  { databaseName, templateName }: TenantDatabase & { templateName: string },
): Promise<void> {
  const database = escapeIdentifier(databaseName);
  const [found] = await session.query<{ limit: number }>(
    "select datconnlimit as limit from pg_database where datname = $1",
    [databaseName],
  );
  if (found?.limit === invalidDatabase) await session.query(`drop database ${database}`);
  if (found === undefined || found.limit === invalidDatabase) {
    await session.query(
      `create database ${database} template ${escapeIdentifier(templateName)}
       strategy wal_log connection limit 0`,
    );
  }
}

// As the tenant's own role: in a database that was handed over a trigger would run with a stronger role's rights.
async function runAsTenant(session: FencedSession, target: TenantStatements): Promise<void> {
  const login = { database: target.databaseName, user: target.roleName, password: target.password };
  await session.withDatabase(login, async (own) => {
    await own.query("begin");
    for (const { text, values, mustChange } of target.statements) {
      const rows = await own.query(mustChange ? `${text} returning 1` : text, values);
      if (mustChange && rows.length === 0) throw new UnchangedError("There was no row to change.");
    }
    await own.query("commit");
  });
}

async function applyIdentity(session: FencedSession, target: TenantStatements): Promise<void> {
  await runAsTenant(session, target);
  await session.query("update control.databases set identity_applied_at = now() where tenant_id = $1", [
    target.tenantId,
  ]);
}

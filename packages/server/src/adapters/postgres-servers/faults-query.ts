import { type TenantFault, templateOwner } from "../../core/postgres-servers.ts";

/** What every tenant's role is given, as PostgreSQL stores it: milliseconds, and kilobytes of temporary files a session. */
export const roleSettings = {
  idle_in_transaction_session_timeout: "600000",
  temp_file_limit: "1048576",
} as const;

const controlRole = "(select oid from pg_roles where rolname = current_user)";
const settingsArray = Object.entries(roleSettings)
  .map(([name, value]) => `'${name}=${value}'`)
  .join(", ");

const acl = "aclexplode(coalesce(b.datacl, acldefault('d', b.datdba))) a";
const dependencies = "pg_shdepend s where s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid";

// Each is true when the fault is there. `d` control.databases, `r` the role, `b` the database (null when missing).
const tests: Record<TenantFault, string> = {
  DATABASE_MISSING: "b.oid is null and d.handed_over_at is not null",
  ROLE_MISSING: "r.oid is null",
  ROLE_ATTRIBUTES: `r.rolsuper or r.rolcreatedb or r.rolcreaterole or r.rolreplication or r.rolbypassrls
    or not r.rolcanlogin or r.rolvaliduntil < 'infinity'`,
  CONNECTION_LIMIT: "r.rolconnlimit is distinct from d.connection_limit",
  PASSWORD_CHANGED:
    "encode(sha256(convert_to(r.rolpassword, 'UTF8')), 'hex') is distinct from d.verifier_digest",
  ROLE_SETTINGS: `not exists (select from pg_db_role_setting where setrole = r.oid and setdatabase = 0
      and setconfig @> array[${settingsArray}] and cardinality(setconfig) = ${Object.keys(roleSettings).length})
    or exists (select from pg_db_role_setting where setrole = r.oid and setdatabase <> 0)`,
  MEMBERSHIPS: `exists (select from pg_auth_members m where m.member = r.oid
    or (m.roleid = r.oid and m.member <> ${controlRole}))`,
  // Shared objects and the maintenance database; what neighbours grant in their own databases is theirs to say.
  FOREIGN_RIGHTS: `exists (select from ${dependencies} and s.classid <> 'pg_auth_members'::regclass
    and s.dbid in (0, (select oid from pg_database where datname = current_database()))
    and not (s.dbid = 0 and s.classid = 'pg_database'::regclass and s.objid = b.oid))`,
  DATABASE_GRANTS: `d.handed_over_at is not null and b.oid is not null and (
    exists (select from ${acl} where a.grantee <> b.datdba
      and (a.grantee <> r.oid or a.is_grantable or a.privilege_type = 'CREATE'))
    or (select count(*) from ${acl} where a.grantee = r.oid) <> 2)`,
  DATABASE_OWNER: `b.datdba <> ${controlRole}`,
  DATABASE_FLAGS: "d.handed_over_at is not null and (b.datistemplate or b.datconnlimit <> -1)",
  DATABASE_CLOSED: "d.handed_over_at is not null and not b.datallowconn",
  OWNERSHIP_LOST: `d.handed_over_at is not null and b.oid is not null and r.oid is not null
    and not exists (select from ${dependencies} and s.dbid = b.oid and s.deptype = 'o')`,
};

const isOfRole = (fault: string) =>
  /^(ROLE_ATTRIBUTES|ROLE_SETTINGS|CONNECTION_LIMIT|PASSWORD_CHANGED|MEMBERSHIPS|FOREIGN_RIGHTS)$/.test(
    fault,
  );

const cases = Object.entries(tests).map(
  ([fault, test]) =>
    `case when ${isOfRole(fault) ? `r.oid is not null and (${test})` : test} then '${fault}' end`,
);

/** An expression: the faults of the row `d` of control.databases, from the shared catalogues alone. */
export const faultsOfRow = `(
  select array_remove(array[${cases.join(",\n    ")}], null)
  from (values (1)) as one
  left join pg_authid r on r.rolname = d.role_name
  left join pg_database b on b.datname = d.database_name and b.datconnlimit <> -2)`;

/** Every tenant of the server whose role or database is not as the platform left it. */
export const faultyTenantsQuery = `
  select tenant_id as "tenantId", faults from (
    select d.tenant_id, ${faultsOfRow} as faults from control.databases d) as found
  where cardinality(faults) > 0 order by tenant_id`;

/** The tenants that the server knows. */
export const knownTenantsQuery = `select tenant_id as "tenantId" from control.databases`;

const isOurTemplate = `datname like 'template\\_%' and datname not in ('template0', 'template1')`;

/** What is wrong with the server itself. */
export const serverFaultsQuery = `
  select 'MAINTENANCE_OPEN' as code, b.datname as subject from pg_database b, ${acl}
    where b.datname in ('postgres', 'template1') and a.privilege_type = 'CONNECT' and (a.grantee = 0
      or a.grantee in (select r.oid from pg_roles r join control.databases d on d.role_name = r.rolname))
  union select 'TEMPLATE_OPEN', datname from pg_database where ${isOurTemplate} and datistemplate and datallowconn
  union select 'ADDRESSES_TRUSTED', 'line ' || line_number || ' of pg_hba.conf' from pg_hba_file_rules
    where auth_method = 'trust'
  order by code, subject`;

/** Closes what should be closed; safe to repeat, and leaves a server that is being prepared to its own run. */
export const repairServer = `
  revoke all on database postgres from public;
  revoke all on database template1 from public;
  do $$ declare found record; begin
    for found in select r.rolname from pg_roles r join control.databases d on d.role_name = r.rolname
      where has_database_privilege(r.oid, 'postgres', 'connect') or has_database_privilege(r.oid, 'template1', 'connect')
    loop
      execute format('revoke all on database postgres, template1 from %I cascade', found.rolname);
    end loop;
    for found in select datname from pg_database where ${isOurTemplate} and datistemplate and datallowconn loop
      execute format('revoke all on database %I from public, ${templateOwner}', found.datname);
      execute format('alter database %I allow_connections false', found.datname);
      perform pg_terminate_backend(pid) from pg_stat_activity where datname = found.datname;
    end loop;
  end $$`;

/** Ends tenants' sessions; `$1` and `$2` are the limits of `SessionLimits` in milliseconds. */
export const endStaleSessions = `
  select pg_terminate_backend(a.pid) from pg_stat_activity a
  join pg_roles r on r.oid = a.usesysid join control.databases d on d.role_name = r.rolname
  where a.application_name not like 'saas-kit:%' and (
    (d.password_set_at < now() - $1 * interval '1 millisecond' and a.backend_start < d.password_set_at)
    or (a.state like 'idle in transaction%' and a.state_change < now() - $2 * interval '1 millisecond'))`;

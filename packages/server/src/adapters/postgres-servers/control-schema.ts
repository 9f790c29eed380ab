import { templateOwner } from "../../core/postgres-servers.ts";
import { faultsOfRow } from "./faults-query.ts";

/** Everything the platform keeps on a server besides the tenants' databases; safe to repeat. */
export const prepareServer = `
  select pg_advisory_xact_lock(hashtextextended('saas-kit:prepare', 0));
  revoke all on database postgres from public;
  revoke all on database template1 from public;
  create schema if not exists control;
  revoke all on schema control from public;
  create table if not exists control.tenant_fence (
    tenant_id uuid primary key, -- or the server's own id; rows stay, so that a late worker is refused for good
    epoch bigint not null
  );
  create table if not exists control.databases (
    tenant_id uuid primary key,
    database_name text not null unique,
    role_name text not null unique,
    password_digest text not null,
    handed_over_at timestamptz,
    identity_applied_at timestamptz
  );
  -- What the role was given last, to notice what somebody changed by hand.
  alter table control.databases add column if not exists connection_limit int,
    add column if not exists verifier_digest text, add column if not exists password_set_at timestamptz;
  do $$ begin
    if not exists (select from pg_roles where rolname = '${templateOwner}') then
      create role ${templateOwner} nologin;
    end if;
  end $$`;

/** True once the control schema is there in its newest form. */
export const hasControlSchemaQuery = `
  select to_regclass('control.tenant_fence') is not null
    and exists (select from pg_attribute where attrelid = to_regclass('control.databases')
      and attname = 'password_set_at') as "hasSchema"`;

/** True when `prepareServer` has nothing to do. */
export const isPreparedQuery = `
  select (${hasControlSchemaQuery})
    and exists (select from pg_roles where rolname = '${templateOwner}')
    and not has_database_privilege('public', 'postgres', 'connect')
    and not has_database_privilege('public', 'template1', 'connect') as "isPrepared"`;

/** `$1` tenant, `$2` database, `$3` role, `$4` digest of its password, `$5` its connection limit. */
export const inspectTenantQuery = `
  select d.tenant_id is not null as "isKnown",
    exists (select from pg_roles where rolname = $3 and rolcanlogin and rolconnlimit = $5)
      and d.password_digest is not distinct from $4 as "isRoleCurrent",
    case when d.tenant_id is null then '{}' else ${faultsOfRow} end as faults,
    exists (select from pg_database where datname = $2 and datconnlimit <> -2) as "hasDatabase",
    d.handed_over_at is not null as "isHandedOver", d.identity_applied_at is not null as "isIdentityApplied"
  from (values (1)) as one left join control.databases d on d.tenant_id = $1`;

/** Templates of the platform; a READY one refuses connections. */
export const templatesQuery = `
  select datname as name, datistemplate and not datallowconn as "isReady"
  from pg_database where datname like 'template\\_%' and datname not in ('template0', 'template1')`;

/** Databases and roles with a tenant's name; rows of the fence stay for good and tell whose they were. */
export const ownNamesQuery = `
  with named as (
    select datname::text as name, true as database, false as role from pg_database
      where datname ~ '^t_[0-9a-f]{32}$' and datconnlimit <> -2
    union all select rolname::text, false, true from pg_roles where rolname ~ '^t_[0-9a-f]{32}$'
  )
  select name, substr(name, 3)::uuid::text as "tenantId", bool_or(database) as "hasDatabase",
    bool_or(role) as "hasRole",
    exists (select from control.tenant_fence where tenant_id = substr(name, 3)::uuid) as "isKnown"
  from named group by name order by name`;

/** Figures of the whole server; sizes are read from the files, so that no database is entered. */
export const measureQuery = `
  select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
    (select count(*)::int from control.databases where handed_over_at is not null) as databases,
    (select coalesce(sum(pg_database_size(oid)), 0)::float8 from pg_database) as "dataBytes",
    (select coalesce(sum(active_time), 0) from pg_stat_database) as "activeMs"`;

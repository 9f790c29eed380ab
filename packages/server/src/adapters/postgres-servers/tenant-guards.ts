import { escapeIdentifier } from "pg";
import type { TenantDatabase } from "../../core/postgres-servers.ts";
import type { FencedSession } from "./fenced-session.ts";

interface GuardFacts {
  isHandedOver: boolean;
  /** Grantees of the database besides its owner; null is PUBLIC. */
  grantees: (string | null)[];
  memberships: { role: string; member: string; grantor: string }[];
}

/** Makes owner, flags, grants and memberships what they were at hand-over; nothing inside the database is touched. */
export async function ensureGuards(session: FencedSession, target: TenantDatabase): Promise<void> {
  const [facts] = await session.query<GuardFacts>(guardFactsQuery, [
    target.tenantId,
    target.databaseName,
    target.roleName,
  ]);
  if (!facts?.isHandedOver) return; // until then the hand-over itself sees to it
  const database = escapeIdentifier(target.databaseName);
  const role = escapeIdentifier(target.roleName);
  const revokes = facts.grantees.map(
    (grantee) =>
      `revoke all on database ${database} from ${grantee === null ? "public" : escapeIdentifier(grantee)} cascade`,
  );
  const statements = [
    `alter database ${database} owner to current_user`,
    `alter database ${database} with is_template false connection limit -1`,
    ...facts.memberships.map(buildRevoke),
    `drop owned by ${role}`, // rights on shared objects, and what it has in the maintenance database
    ...revokes,
    `revoke all on database ${database} from public`,
    `grant connect, temporary on database ${database} to ${role}`,
    `alter role ${role} in database ${database} reset all`,
  ];
  await session.query(statements.join(";\n"));
}

const buildRevoke = ({ role, member, grantor }: GuardFacts["memberships"][number]) =>
  `revoke ${escapeIdentifier(role)} from ${escapeIdentifier(member)} granted by ${escapeIdentifier(grantor)} cascade`;

const guardFactsQuery = `
  select d.handed_over_at is not null as "isHandedOver",
    (select coalesce(jsonb_agg(distinct g.rolname), '[]') from aclexplode(b.datacl) a
      left join pg_roles g on g.oid = a.grantee where a.grantee <> b.datdba) as grantees,
    (select coalesce(jsonb_agg(jsonb_build_object('role', pg_get_userbyid(m.roleid), 'member', pg_get_userbyid(m.member),
        'grantor', pg_get_userbyid(m.grantor))), '[]')
      from pg_auth_members m where m.member = r.oid or (m.roleid = r.oid and m.member <> (select oid from pg_roles where rolname = current_user))
    ) as memberships
  from control.databases d
  join pg_database b on b.datname = $2 and b.datconnlimit <> -2
  join pg_roles r on r.rolname = $3
  where d.tenant_id = $1`;

/** Drops database and role, whatever was granted to the role by hand. */
export async function dropTenant(session: FencedSession, target: TenantDatabase): Promise<boolean> {
  const database = escapeIdentifier(target.databaseName);
  const found = await session.query("select from pg_database where datname = $1 and datistemplate", [
    target.databaseName,
  ]);
  if (found.length > 0) await session.query(`alter database ${database} is_template false`);
  await session.query(`drop database if exists ${database} with (force)`);
  const isRoleGone = await dropRole(session, target.roleName);
  await session.query("delete from control.databases where tenant_id = $1", [target.tenantId]);
  return isRoleGone;
}

// A neighbour that grants something in its own database to this role would keep it from being dropped. What stays then
// is a name that nobody can use; it goes with the orphans once the neighbour has gone.
async function dropRole(session: FencedSession, roleName: string): Promise<boolean> {
  const [found] = await session.query<{ isHeld: boolean }>(roleIsHeldQuery, [roleName]);
  if (found === undefined) return true;
  const role = escapeIdentifier(roleName);
  await session.query(`drop owned by ${role}`);
  if (!found.isHeld) await session.query(`drop role ${role}`);
  else await session.query(`alter role ${role} nologin connection limit 0 password null`);
  return !found.isHeld;
}

const roleIsHeldQuery = `
  select exists (select from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = r.oid
    and dbid <> 0 and dbid <> (select oid from pg_database where datname = current_database())) as "isHeld"
  from pg_roles r where rolname = $1`;

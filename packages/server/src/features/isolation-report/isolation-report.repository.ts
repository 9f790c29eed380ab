import { sql } from "kysely";
import type { IsolationNames, IsolationProbe, IsolationVerdict } from "../../core/isolation.ts";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { IsolationStepName } from "../../database/isolation-tables.ts";

/** A report with what its viewer may know of names; times also as PostgreSQL's JSON writes them. */
export interface ReportRow {
  id: string;
  tenant_id: string;
  trigger: "ON_DEMAND" | "SCHEDULE";
  step: IsolationStepName;
  verdict: IsolationVerdict | null;
  probes: IsolationProbe[];
  /** Null for everybody but platform administrators, by row-level security. */
  names: IsolationNames | null;
  requested_at: Date | string;
  started_at: Date | string | null;
  finished_at: Date | string | null;
}

export interface TenantIsolationRow {
  id: string;
  name: string;
  slug: string;
  state: string;
  organization_id: string;
  is_ready: boolean;
  last: ReportRow | null;
  under_way: ReportRow | null;
  /** Counted runs of the last hour, the oldest first. */
  counted_at: string[];
}

const reportColumns = sql`r.id, r.tenant_id, r.trigger, r.step, r.verdict, r.probes, n.names, r.requested_at,
  r.started_at, r.finished_at`;
const reports = sql`platform.isolation_reports r left join platform.isolation_report_names n on n.report_id = r.id`;

/** A living tenant of somebody's, with its newest report and the one under way. */
export async function findTenantIsolation(
  transaction: DatabaseTransaction,
  tenantId: string,
): Promise<TenantIsolationRow | undefined> {
  const { rows } = await sql<TenantIsolationRow>`
    select t.id, t.name, t.slug, t.state, t.organization_id,
      t.deletion_requested_at is null and t.state in ('RUNNING', 'STOPPED', 'DEGRADED') as is_ready,
      (select to_jsonb(one) from (select ${reportColumns} from ${reports}
        where r.tenant_id = t.id and r.finished_at is not null order by r.finished_at desc limit 1) one) as last,
      (select to_jsonb(one) from (select ${reportColumns} from ${reports}
        where r.tenant_id = t.id and r.finished_at is null) one) as under_way,
      (select coalesce(jsonb_agg(r.requested_at order by r.requested_at), '[]') from platform.isolation_reports r
        where r.tenant_id = t.id and r.is_counted and r.requested_at > now() - interval '1 hour') as counted_at
    from platform.tenants t
    where t.id = ${tenantId} and t.deleted_at is null and t.organization_id is not null
  `.execute(transaction);
  return rows[0];
}

export async function findReport(
  transaction: DatabaseTransaction,
  id: string,
): Promise<ReportRow | undefined> {
  const { rows } = await sql<ReportRow>`select ${reportColumns} from ${reports} where r.id = ${id}`.execute(
    transaction,
  );
  return rows[0];
}

/** False when another one is under way already. */
export async function insertReport(
  transaction: DatabaseTransaction,
  report: { id: string; tenantId: string; isCounted: boolean; userId: string },
): Promise<boolean> {
  const { rows } = await sql`
    insert into platform.isolation_reports (id, tenant_id, trigger, is_counted, requested_by)
    values (${report.id}, ${report.tenantId}, 'ON_DEMAND', ${report.isCounted}, ${report.userId})
    on conflict (tenant_id) where finished_at is null do nothing returning id
  `.execute(transaction);
  return rows.length === 1;
}

export interface FleetRow {
  id: string;
  name: string;
  slug: string;
  verdict: IsolationVerdict | null;
  probes: IsolationProbe[] | null;
  finished_at: Date | null;
  is_under_way: boolean;
  rank: number;
}

export interface FleetPosition {
  rank: number;
  slug: string;
}

const fleet = sql`
  select t.id, t.name, t.slug, l.verdict, l.probes, l.finished_at,
    exists (select from platform.isolation_reports r where r.tenant_id = t.id and r.finished_at is null)
      as is_under_way,
    case l.verdict when 'BROKEN' then 0 when 'NOT_ENFORCED' then 1 when 'UNKNOWN' then 2 when 'PROVEN' then 4
      else 3 end as rank
  from platform.tenants t left join lateral (
    select r.verdict, r.probes, r.finished_at from platform.isolation_reports r
    where r.tenant_id = t.id and r.finished_at is not null order by r.finished_at desc limit 1) l on true
  where t.deleted_at is null and t.organization_id is not null`;

/** Living tenants after `after`, worst first; the never examined stand before the proven. */
export async function findFleet(
  transaction: DatabaseTransaction,
  { limit, after }: { limit: number; after: FleetPosition | undefined },
): Promise<FleetRow[]> {
  const position = after ? sql`where (rank, slug) > (${after.rank}::int, ${after.slug}::text)` : sql``;
  const { rows } = await sql<FleetRow>`
    select * from (${fleet}) f ${position} order by rank, slug limit ${limit}
  `.execute(transaction);
  return rows;
}

export interface FleetCountRow {
  verdict: IsolationVerdict | null;
  count: number;
}

export async function countFleet(transaction: DatabaseTransaction): Promise<FleetCountRow[]> {
  const { rows } = await sql<FleetCountRow>`
    select verdict, count(*)::int as count from (${fleet}) f group by verdict
  `.execute(transaction);
  return rows;
}

import { sql } from "kysely";
import type { IsolationNames, IsolationProbe, IsolationVerdict } from "../../core/isolation.ts";
import type { Lease } from "../../core/lease.ts";
import type { Database } from "../../core/ports.ts";
import type { IsolationStepName } from "../../database/isolation-tables.ts";
import { withFencedTransaction } from "../fence.ts";
import type { CanaryObservation, Fault } from "./observations.ts";

/** The report of a tenant that is being made. */
export interface ReportRecord {
  id: string;
  step: IsolationStepName;
  startedAt: Date;
}

/** Marks it as begun at its first sight. */
export async function beginReport(database: Database, tenantId: string): Promise<ReportRecord | undefined> {
  const { rows } = await sql<ReportRecord>`
    update platform.isolation_reports set started_at = coalesce(started_at, now())
    where tenant_id = ${tenantId} and finished_at is null
    returning id, step, started_at as "startedAt"
  `.execute(database);
  return rows[0];
}

export interface Neighbour {
  id: string;
  slug: string;
  databaseName: string;
  roleName: string;
}

/** Who else there is to try it with, another each time: on the same server, running anywhere, and another server. */
export interface Surroundings {
  neighbour: Neighbour | null;
  runningNeighbour: { id: string; slug: string } | null;
  otherServerName: string | null;
  slugs: string[];
}

export async function findSurroundings(
  database: Database,
  { tenantId, serverId }: { tenantId: string; serverId: string },
): Promise<Surroundings> {
  const { rows } = await sql<Surroundings>`
    with others as (
      select t.id, t.slug, t.state, l.database_server_id = ${serverId} as is_near,
        jsonb_build_object('id', t.id, 'slug', t.slug, 'databaseName', l.database_name, 'roleName', l.role_name) as it
      from platform.tenants t join platform.placements l on l.tenant_id = t.id
      where t.id <> ${tenantId} and t.deletion_requested_at is null and t.deleted_at is null
        and t.state in ('RUNNING', 'STOPPED', 'DEGRADED')
    )
    select
      (select it from others where is_near order by (state = 'RUNNING') desc, random() limit 1) as neighbour,
      (select it from others where state = 'RUNNING' order by is_near desc, random() limit 1) as "runningNeighbour",
      (select name from platform.database_servers
        where id <> ${serverId} and state = 'ACTIVE' order by random() limit 1) as "otherServerName",
      (select coalesce(jsonb_agg(slug), '[]') from platform.tenants where slug is not null) as slugs
  `.execute(database);
  return rows[0]!;
}

/** What the canary showed in the last ten minutes (one, if it failed); else undefined, after asking for it. */
export async function readCanaryOrAsk(
  database: Database,
  now: Date,
): Promise<{ observation: CanaryObservation | Fault | undefined; isNewlyWanted: boolean }> {
  const { rows } = await sql<{ observation: CanaryObservation | Fault | null }>`
    select observation from platform.network_canary where observed_at >= wanted_at
      and observed_at > ${now}::timestamptz - case when observation ? 'fault' then interval '1 minute' else interval '10 minutes' end
  `.execute(database);
  if (rows[0]?.observation) return { observation: rows[0].observation, isNewlyWanted: false };
  const wanted = await sql`
    update platform.network_canary set wanted_at = ${now}
    where wanted_at is null or (observed_at is not null and observed_at >= wanted_at) returning 1
  `.execute(database);
  return { observation: undefined, isNewlyWanted: wanted.rows.length > 0 };
}

export function writeStep(
  database: Database,
  lease: Lease,
  { id, step }: { id: string; step: IsolationStepName },
): Promise<void> {
  return withFencedTransaction(database, lease, async (transaction) => {
    await transaction.updateTable("isolation_reports").set({ step }).where("id", "=", id).execute();
  });
}

export interface FinishedReport {
  id: string;
  tenantId: string;
  verdict: IsolationVerdict;
  probes: IsolationProbe[];
  names: IsolationNames;
}

const keptReports = 10;

/** The result, and nothing older than the last ten. */
export function finishReport(database: Database, lease: Lease, report: FinishedReport): Promise<void> {
  const { id, tenantId, verdict, probes, names } = report;
  return withFencedTransaction(database, lease, async (transaction) => {
    await transaction
      .updateTable("isolation_reports")
      .set({ step: "DONE", verdict, probes: JSON.stringify(probes), finished_at: new Date() })
      .where("id", "=", id)
      .execute();
    await transaction
      .insertInto("isolation_report_names")
      .values({ report_id: id, names: JSON.stringify(names) })
      .execute();
    // Those of the last hour stay, because they are counted.
    await sql`
      delete from platform.isolation_reports where tenant_id = ${tenantId}
        and requested_at < now() - interval '1 hour' and id not in (
          select id from platform.isolation_reports where tenant_id = ${tenantId}
          order by requested_at desc limit ${keptReports})
    `.execute(transaction);
  });
}

/** Its tenant is no more. */
export function dropReport(database: Database, lease: Lease, id: string): Promise<void> {
  return withFencedTransaction(database, lease, async (transaction) => {
    await transaction.deleteFrom("isolation_reports").where("id", "=", id).execute();
  });
}

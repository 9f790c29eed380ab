import { sql } from "kysely";
import type { Lease } from "../../core/lease.ts";
import type { ReconcilerContext } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { reconcileQueue } from "../queue/requests.ts";

const hourMs = 3_600_000;
const shortestPauseMs = 15_000;
const longestPauseMs = hourMs;

interface Due {
  tenants: number;
  isBusy: boolean;
  tenantId: string | null;
}

/** The schedule: one tenant at a time, the one whose report is oldest, spread over the interval. */
export async function reconcileReports(reconciler: ReconcilerContext, lease: Lease): Promise<RunResult> {
  const everyMs = reconciler.settings.isolation.everyHours * hourMs;
  if (everyMs === 0) return {};
  const { database } = reconciler;
  return withFencedTransaction(database, lease, async (transaction) => {
    const { rows } = await sql<Due>`
      with subject as (
        select t.id, greatest(t.created_at, (select max(requested_at) from platform.isolation_reports r
          where r.tenant_id = t.id)) as last_at
        from platform.tenants t join platform.placements l on l.tenant_id = t.id
        where t.deletion_requested_at is null and t.deleted_at is null and t.organization_id is not null
          and t.state in ('RUNNING', 'STOPPED', 'DEGRADED')
      )
      select (select count(*) from subject)::int as tenants,
        exists (select from platform.isolation_reports where trigger = 'SCHEDULE' and finished_at is null) as "isBusy",
        (select id from subject where last_at < now() - ${everyMs} * interval '1 millisecond'
          order by last_at limit 1) as "tenantId"
    `.execute(transaction);
    const { tenants, isBusy, tenantId } = rows[0]!;
    if (tenantId !== null && !isBusy) {
      const report = { tenant_id: tenantId, trigger: "SCHEDULE" as const };
      const insertion = transaction.insertInto("isolation_reports").values(report);
      await insertion.onConflict((conflict) => conflict.doNothing()).execute();
      await reconcileQueue.request(transaction, `report:${tenantId}`);
    }
    return { requeueAfterMs: pauseMs(everyMs, tenants) };
  });
}

/** So that all have had their turn within the interval, and the cluster never has many probes at once. */
export const pauseMs = (everyMs: number, tenants: number): number =>
  Math.min(longestPauseMs, Math.max(shortestPauseMs, everyMs / Math.max(1, tenants) / 2));

import { sql } from "kysely";
import type { Database, DatabaseTransaction, ReconcileKey, ReconcileQueue } from "../../core/ports.ts";

/** NOTIFY channel that wakes idle workers. */
export const wakeupChannel = "reconcile_wakeup";

/** Makes keys due as part of the caller's transaction; needs no worker in this process. */
export const reconcileQueue: ReconcileQueue = {
  async request(transaction: DatabaseTransaction, key: ReconcileKey): Promise<void> {
    // The API's role has no right on the table, only on functions that take keys of tenants, their reports and pools.
    await (findFunction(key)?.execute(transaction) ?? requestDirectly(transaction, key));
    await sql`select pg_notify(${wakeupChannel}, '')`.execute(transaction);
  },
};

function findFunction(key: ReconcileKey) {
  if (key.startsWith("tenant:")) return sql`select platform.request_reconcile(${key})`;
  if (key.startsWith("report:")) {
    return sql`select platform.request_report(${key.slice("report:".length)}::uuid)`;
  }
  return key.startsWith("pool") ? sql`select platform.request_pool_reconcile(${key})` : undefined;
}

function requestDirectly(transaction: DatabaseTransaction, key: ReconcileKey) {
  return sql`
    insert into platform.reconcile_queue as q (key, due_at, is_requested) values (${key}, now(), true)
    on conflict (key) do update set
      due_at = least(q.due_at, now()), revision = q.revision + 1, is_requested = true, attempts = 0
  `.execute(transaction);
}

/** Watch events: due now, but a key in back-off waits for its time. */
export async function observeKeys(database: Database, keys: ReconcileKey[]): Promise<void> {
  // Sorted, so that two replicas that see the same events cannot deadlock.
  await sql`
    insert into platform.reconcile_queue as q (key, due_at)
    select key, now() from unnest(${[...keys].sort()}::text[]) as key
    on conflict (key) do update set
      revision = q.revision + 1,
      due_at = case when q.attempts > 0 then q.due_at else least(q.due_at, now()) end
  `.execute(database);
}

/** Due at `dueAt` unless it is due sooner; a key that is being run decides its next time itself. */
export async function scheduleKey(
  database: Database,
  { key, dueAt }: { key: ReconcileKey; dueAt: Date },
): Promise<void> {
  await sql`
    insert into platform.reconcile_queue as q (key, due_at) values (${key}, ${dueAt})
    on conflict (key) do update set due_at = least(q.due_at, excluded.due_at)
    where q.due_at > excluded.due_at
  `.execute(database);
}

/** At start-up everything is looked at once, spread over `spreadMs`. */
export async function scheduleEverything(database: Database, spreadMs: number): Promise<void> {
  await sql`
    insert into platform.reconcile_queue as q (key, due_at)
    select key, now() + random() * ${spreadMs} * interval '1 millisecond' from (
      select 'tenant:' || id as key from platform.tenants where deleted_at is null
      union all select 'pool:' || name from platform.database_servers where kind = 'SHARED'
      union all select 'audit:' || name from platform.database_servers
      union all select 'pools'
      union all select 'spares'
      union all select 'orphans'
      union all select 'report:' || tenant_id from platform.isolation_reports where finished_at is null
      union all select unnest(array['reports', 'canary'])
    ) as everything order by key
    on conflict (key) do update set due_at = least(q.due_at, excluded.due_at)
    where q.due_at > excluded.due_at
  `.execute(database);
}

import { sql } from "kysely";
import type { Database, ReconcileKey } from "../../core/ports.ts";

/** One key taken from the queue. */
export interface Claim {
  key: ReconcileKey;
  epoch: number;
  /** The revision this run answers for. */
  revision: number;
  /** Failed runs before this one. */
  attempts: number;
}

/** Takes up to `limit` due keys that nobody holds, the longest due first. */
export async function claimKeys(
  database: Database,
  { owner, limit, leaseMs }: { owner: string; limit: number; leaseMs: number },
): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    with due as materialized (
      select key from platform.reconcile_queue
      where due_at <= now() and (lease_until is null or lease_until < now())
      order by due_at limit ${limit} for update skip locked
    )
    update platform.reconcile_queue q set
      lease_epoch = q.lease_epoch + 1, lease_owner = ${owner}, is_requested = false,
      attempts = case when q.is_requested then 0 else q.attempts end,
      lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    from due where q.key = due.key
    returning q.key, q.lease_epoch as epoch, q.revision, q.attempts
  `.execute(database);
  return rows;
}

/** Lengthens the leases that still belong to their epoch and returns the keys of those. */
export async function renewLeases(
  database: Database,
  { leases, leaseMs }: { leases: { key: string; epoch: number }[]; leaseMs: number },
): Promise<string[]> {
  const keys = leases.map((lease) => lease.key);
  const epochs = leases.map((lease) => lease.epoch);
  const { rows } = await sql<{ key: string }>`
    with mine as materialized (
      select q.key from platform.reconcile_queue q
      join unnest(${keys}::text[], ${epochs}::bigint[]) as held (key, epoch)
        on q.key = held.key and q.lease_epoch = held.epoch
      where q.lease_owner is not null order by q.key collate "C" for update of q -- as observeKeys locks them
    )
    update platform.reconcile_queue q
    set lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    from mine where q.key = mine.key
    returning q.key
  `.execute(database);
  return rows.map((row) => row.key);
}

/** How a run ended. */
export interface Completion {
  claim: Claim;
  /** Absent when the run succeeded. */
  error?: string;
  /** When the key is due again by itself; absent: only when something happens. */
  requeueAfterMs?: number;
}

/** Gives the key back. Returns false when a later epoch has it: then nothing changes. */
export async function completeClaim(database: Database, completion: Completion): Promise<boolean> {
  const { claim, error = null, requeueAfterMs = null } = completion;
  const { rows } = await sql`
    update platform.reconcile_queue set
      lease_owner = null, lease_until = null, last_error = ${error}::text,
      attempts = case when is_requested or ${error}::text is null then 0 else attempts + 1 end,
      due_at = case
        when is_requested or (${error}::text is null and revision <> ${claim.revision}) then clock_timestamp()
        when ${requeueAfterMs}::float8 is null then 'infinity'
        else clock_timestamp() + ${requeueAfterMs}::float8 * interval '1 millisecond' end
    where key = ${claim.key} and lease_epoch = ${claim.epoch} and lease_owner is not null
    returning key
  `.execute(database);
  return rows.length === 1;
}

/** Ends the leases of workers whose database session is gone, so that their keys need not wait out the time. */
export async function releaseLeasesOfTheDead(database: Database): Promise<void> {
  await sql`
    update platform.reconcile_queue set lease_until = now() - interval '1 millisecond'
    where key in (
      select key from platform.reconcile_queue where lease_until >= now() and lease_owner not in (
        select pid || ':' || extract(epoch from backend_start) from pg_stat_activity where backend_start is not null
      ) for update skip locked
    )
  `.execute(database);
}

/** Name of the session that asks, as `releaseLeasesOfTheDead` recognises it. */
export const ownerOfThisSession = `
  select pid || ':' || extract(epoch from backend_start) as owner
  from pg_stat_activity where pid = pg_backend_pid()`;

/** For metrics: keys waiting to run now, and keys being run. */
export async function countKeys(database: Database): Promise<{ due: number; leased: number }> {
  const { rows } = await sql<{ due: number; leased: number }>`
    select count(*) filter (where due_at <= now() and (lease_until is null or lease_until < now())) as due,
           count(*) filter (where lease_until >= now()) as leased
    from platform.reconcile_queue
  `.execute(database);
  return rows[0] ?? { due: 0, leased: 0 };
}

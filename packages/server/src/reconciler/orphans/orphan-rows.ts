import { sql } from "kysely";
import type { Database, DatabaseTransaction } from "../../core/ports.ts";
import type { OrphanKindName } from "../../database/tables.ts";
import { type Leftover, type Search } from "./find-leftovers.ts";
import { judgeLeftover, type OwnerFacts, type Verdict } from "./judge-leftover.ts";

/** Something that belongs to nobody. */
export interface Orphan extends Leftover, Verdict {}

/** A row of `orphans` whose time has come. */
export interface RemovableOrphan {
  kind: OrphanKindName;
  place: string;
  name: string;
  tenantId: string;
}

/** Asks the platform's database whose each is; asked after the search, so that whatever was being made has its row. */
export async function findOrphans(database: Database, { leftovers }: Search): Promise<Orphan[]> {
  const ids = [...new Set(leftovers.flatMap(({ tenantId }) => tenantId ?? []))];
  const { rows } = await sql<{ id: string; isBuried: boolean; placedOn: string | null }>`
    select t.id, t.deleted_at is not null as "isBuried", s.name as "placedOn" from platform.tenants t
    left join platform.placements p on p.tenant_id = t.id
    left join platform.database_servers s on s.id = p.database_server_id
    where t.id = any(${ids}::uuid[])`.execute(database);
  const servers = await database.selectFrom("database_servers").select("name").execute();
  const tenants = new Map(rows.map((row) => [row.id, row]));
  const serverNames = new Set(servers.map(({ name }) => name));
  return leftovers.flatMap((leftover) => {
    const tenant = tenants.get(leftover.tenantId ?? "");
    const facts: OwnerFacts = {
      tenant: tenant === undefined ? "NONE" : tenant.isBuried ? "BURIED" : "ALIVE",
      placedOn: tenant?.placedOn ?? null,
      isPoolKnown: serverNames.has(leftover.name),
    };
    const verdict = judgeLeftover(leftover, facts);
    return verdict ? [{ ...leftover, ...verdict }] : [];
  });
}

export interface OrphanLimits {
  places: string[];
  graceMs: number;
  /** Nothing is removed while more wait than this. */
  maxRemovals: number;
}

const pausedReason = (waiting: number) =>
  `${waiting} instances' leftovers at once look like a lost or restored platform database: nothing is removed. ` +
  "If they are to go, raise ORPHAN_MAX_REMOVALS.";

/** Makes the table say what was found; what is of a place that could not be looked at stays. */
export async function writeOrphans(
  transaction: DatabaseTransaction,
  orphans: Orphan[],
  { places, graceMs, maxRemovals }: OrphanLimits,
): Promise<void> {
  const waiting = new Set(orphans.filter(isForgotten).map(({ tenantId }) => tenantId)).size;
  const isPaused = waiting > maxRemovals;
  const rows = orphans.map((orphan) => {
    const { kind, place, name, tenantId, reason, removal } = orphan;
    const isHeld = isPaused && isForgotten(orphan);
    const waitMs = removal === "AT_ONCE" ? 0 : graceMs;
    const isByHand = removal === "BY_HAND" || isHeld;
    return {
      kind,
      place,
      name,
      tenantId,
      reason: isHeld ? pausedReason(waiting) : reason,
      waitMs: isByHand ? null : waitMs,
    };
  });
  const found = JSON.stringify(rows);
  await sql`
    with found as (select * from jsonb_to_recordset(${found}::jsonb)
      as f (kind text, place text, name text, "tenantId" uuid, reason text, "waitMs" float8))
    insert into platform.orphans as o (kind, place, name, tenant_id, reason, removable_at)
    select kind, place, name, "tenantId", reason, now() + "waitMs" * interval '1 millisecond' from found
    on conflict (kind, place, name) do update set reason = excluded.reason,
      removable_at = o.first_seen_at + (excluded.removable_at - excluded.first_seen_at)
    where (o.reason, o.removable_at) is distinct from
      (excluded.reason, o.first_seen_at + (excluded.removable_at - excluded.first_seen_at))
  `.execute(transaction);
  await sql`
    delete from platform.orphans o where place = any(${places}::text[]) and not exists (
      select from jsonb_to_recordset(${found}::jsonb) as f (kind text, place text, name text)
      where f.kind = o.kind and f.place = o.place and f.name = o.name)
  `.execute(transaction);
}

const isForgotten = ({ removal, reason }: Orphan) =>
  removal === "AFTER_GRACE" && reason === "There is no instance of this id.";

/** Those whose time has come; namespaces first, for what runs there uses the rest. */
export async function findRemovable(database: Database): Promise<RemovableOrphan[]> {
  const { rows } = await sql<RemovableOrphan>`
    select kind, place, name, tenant_id as "tenantId" from platform.orphans o
    where removable_at <= now() and tenant_id is not null
    order by kind <> 'NAMESPACE', kind, place, name limit 50`.execute(database);
  return rows;
}

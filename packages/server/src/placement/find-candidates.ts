import { sql } from "kysely";
import type { DatabaseTransaction } from "../core/ports.ts";
import type { PlaceWanted, PoolCandidate } from "./choose-pool.ts";

/** What a placement looks for. */
export interface CandidateQuery extends PlaceWanted {
  /** Of the database to clone. */
  templateName: string;
  /** For pools that do not know their own. */
  storageBytes: number;
}

// The emptiest are enough to choose from: the cost does not grow with the number of pools.
const maxCandidates = 20;

/** Pools that could take the tenant as they are known now, without a lock. */
export async function findCandidates(
  transaction: DatabaseTransaction,
  { connectionLimit, templateName, storageBytes }: CandidateQuery,
): Promise<PoolCandidate[]> {
  const template = JSON.stringify([{ name: templateName, state: "READY" }]);
  const { rows } = await sql<PoolCandidate>`
    select id, name, used_tenants as "usedTenants", max_tenants as "maxTenants",
      used_connections as "usedConnections", connection_budget as "connectionBudget",
      coalesce(storage_bytes, ${storageBytes}::bigint) as "storageBytes", measured_bytes as "dataBytes",
      measured_load as load, templates @> ${template}::jsonb as "hasTemplate"
    from platform.database_servers
    where kind = 'SHARED' and state = 'ACTIVE' and unready_since is null
      and used_tenants < max_tenants and used_connections + ${connectionLimit}::int <= connection_budget
    order by greatest(used_tenants::float8 / max_tenants, used_connections::float8 / connection_budget), name
    limit ${maxCandidates}
  `.execute(transaction);
  return rows;
}

/** Locks the pool if it can still take the tenant: until the caller's transaction ends nobody else can fill it. */
export async function reservePlace(
  transaction: DatabaseTransaction,
  poolId: string,
  { connectionLimit }: PlaceWanted,
): Promise<boolean> {
  const { rows } = await sql`
    select from platform.database_servers
    where id = ${poolId} and state = 'ACTIVE' and used_tenants < max_tenants
      and used_connections + ${connectionLimit}::int <= connection_budget for update
  `.execute(transaction);
  return rows.length === 1;
}

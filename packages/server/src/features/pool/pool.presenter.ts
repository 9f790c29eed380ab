import { encodeGlobalId } from "../../graphql/global-id.ts";
import { freePlacesOf } from "../../placement/plan-placements.ts";
import type { PoolSize } from "../../placement/pool-size.ts";
import { toCondition } from "../tenant/tenant.presenter.ts";
import type { PoolRow, ResidentRow, UsageRow } from "./pool.repository.ts";
import type { Pool, PoolTenant, StrategyUsage } from "./pool.type.ts";

/** The API's view of a pool's row; a pool that does not know its size has the configured one. */
export function toPool(row: PoolRow, size: PoolSize): Pool {
  return {
    id: encodeGlobalId("Pool", row.id),
    uuid: row.id,
    name: row.name,
    state: row.state,
    stateMessage: row.state_message,
    desiredState: row.desired_state,
    isBeingRemoved: row.removal_requested_at !== null,
    tenantCount: row.used_tenants,
    spareCount: row.used_by_spares,
    maxTenants: row.max_tenants,
    freePlaces: countFreePlaces(row),
    connectionsReserved: row.used_connections,
    connectionBudget: row.connection_budget,
    connectionsUsed: row.measured_connections,
    dataBytes: row.measured_bytes,
    storageBytes: row.storage_bytes ?? size.storageBytes,
    cpuMillicores: row.cpu_millicores ?? size.cpuMillicores,
    memoryBytes: row.memory_bytes ?? size.memoryBytes,
    load: row.measured_load,
    measuredAt: row.measured_at,
    templates: row.templates.map(({ version, since, ...template }) => ({
      ...template,
      odooVersion: version,
      since: new Date(since),
    })),
    conditions: row.conditions.map(toCondition),
    createdAt: row.created_at,
  };
}

function countFreePlaces(row: PoolRow): number {
  if (row.state !== "ACTIVE" || row.unready_since !== null) return 0;
  const counts = {
    usedTenants: row.used_tenants,
    maxTenants: row.max_tenants,
    usedConnections: row.used_connections,
    connectionBudget: row.connection_budget,
  };
  return freePlacesOf(counts, row.place_connections);
}

/** The API's view of somebody's instance in a pool. */
export const toPoolTenant = (row: ResidentRow): PoolTenant => ({
  id: encodeGlobalId("Tenant", row.id),
  slug: row.slug,
  name: row.name,
  state: row.state,
  planCode: row.plan_code,
  connectionLimit: row.connection_limit,
});

/** The API's view of one strategy. */
export const toStrategyUsage = (row: UsageRow): StrategyUsage => ({
  strategy: row.strategy,
  tenantCount: row.tenants,
  spareCount: row.spares,
  serverCount: row.servers,
  maxTenants: row.max_tenants,
  connectionsReserved: row.reserved,
  connectionBudget: row.budget,
  connectionsUsed: row.connections,
  dataBytes: row.data_bytes,
  storageBytes: row.storage_bytes,
  load: row.load,
});

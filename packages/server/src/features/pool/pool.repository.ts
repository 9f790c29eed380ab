import type { Condition } from "@odoo-saas/k8s-core";
import { sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type {
  DesiredPoolStateName,
  PoolStateName,
  StrategyName,
  TemplateRecord,
  TenantStateName,
} from "../../database/tables.ts";

/** A pool with what is known of it. */
export interface PoolRow {
  id: string;
  name: string;
  state: PoolStateName;
  state_message: string;
  desired_state: DesiredPoolStateName;
  removal_requested_at: Date | null;
  unready_since: Date | null;
  used_tenants: number;
  used_by_spares: number;
  max_tenants: number;
  used_connections: number;
  connection_budget: number;
  measured_connections: number | null;
  measured_bytes: number | null;
  measured_load: number | null;
  measured_at: Date | null;
  storage_bytes: number | null;
  cpu_millicores: number | null;
  memory_bytes: number | null;
  templates: TemplateRecord[];
  conditions: Condition[];
  created_at: Date;
  /** Connections of the largest shared plan: what a free place is counted with. */
  place_connections: number;
}

/** Pools by their numbers, or the one with that id; none for anybody but platform administrators. */
export async function findPools(transaction: DatabaseTransaction, id?: string): Promise<PoolRow[]> {
  const { rows } = await sql<PoolRow>`
    select s.id, s.name, s.state, s.state_message, s.desired_state, s.removal_requested_at, s.unready_since,
      s.used_tenants, s.used_by_spares, s.max_tenants, s.used_connections, s.connection_budget,
      s.measured_connections, s.measured_bytes, s.measured_load, s.measured_at,
      s.storage_bytes, s.cpu_millicores, s.memory_bytes, s.templates, s.conditions, s.created_at,
      (select coalesce(max(connection_limit), 1) from platform.plans
        where strategy = 'SHARED' and is_available) as place_connections
    from platform.server_overview s
    where s.kind = 'SHARED' and (${id ?? null}::uuid is null or s.id = ${id ?? null}::uuid)
    order by length(s.name), s.name
  `.execute(transaction);
  return rows;
}

/** Somebody's instance in a pool. */
export interface ResidentRow {
  id: string;
  slug: string;
  name: string;
  state: TenantStateName;
  plan_code: string;
  connection_limit: number;
}

/** Whose databases are in the pool; warm spares are nobody's. */
export async function findResidents(
  transaction: DatabaseTransaction,
  poolId: string,
): Promise<ResidentRow[]> {
  const { rows } = await sql<ResidentRow>`
    select t.id, t.slug, t.name, t.state, p.code as plan_code, pl.connection_limit
    from platform.placements pl join platform.tenants t on t.id = pl.tenant_id
    join platform.plans p on p.id = t.plan_id
    where pl.database_server_id = ${poolId}::uuid and t.organization_id is not null
    order by t.slug
  `.execute(transaction);
  return rows;
}

/** What all servers of one strategy hold. */
export interface UsageRow {
  strategy: StrategyName;
  tenants: number;
  spares: number;
  servers: number;
  max_tenants: number;
  reserved: number;
  budget: number;
  connections: number;
  data_bytes: number;
  storage_bytes: number;
  load: number | null;
}

/** One row for each strategy, also for one without servers. */
export async function readUsage(transaction: DatabaseTransaction): Promise<UsageRow[]> {
  const { rows } = await sql<UsageRow>`
    select strategy, coalesce(sum(s.used_tenants - s.used_by_spares), 0)::int as tenants,
      coalesce(sum(s.used_by_spares), 0)::int as spares, count(s.id)::int as servers,
      coalesce(sum(s.max_tenants), 0)::int as max_tenants,
      coalesce(sum(s.used_connections), 0)::int as reserved, coalesce(sum(s.connection_budget) filter (where s.kind = 'SHARED'), 0)::int as budget,
      coalesce(sum(s.measured_connections), 0)::int as connections,
      coalesce(sum(s.measured_bytes), 0)::bigint as data_bytes,
      coalesce(sum(s.storage_bytes), 0)::bigint as storage_bytes, avg(s.measured_load)::float8 as load
    from unnest(array['SHARED', 'DEDICATED']) with ordinality as each (strategy, place)
    left join platform.server_overview s on s.kind = each.strategy
    group by strategy, place order by place
  `.execute(transaction);
  return rows;
}

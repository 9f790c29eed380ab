import type { Condition } from "@odoo-saas/k8s-core";
import { type RawBuilder, type Selectable, sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { PlansTable, RunStateName, StrategyName, TenantStateName } from "../../database/tables.ts";
import type { OperationRow } from "../operation/operation.type.ts";
import { type StrategyRow, strategyColumn } from "../strategy/strategy-columns.ts";
import type { TenantPosition } from "./tenant-cursor.ts";

/** Where its database is, why, and why on that pool. */
export interface TenantPlacement {
  strategy: StrategyName;
  reason: string;
  pool: string | null;
  score: number | null;
  reasons: string[];
}

/** A tenant with all that its API type shows, but for its pods. */
export interface TenantRow {
  id: string;
  slug: string;
  name: string;
  admin_email: string;
  odoo_version: string;
  bundle: string;
  organization_id: string;
  organization_name: string;
  state: TenantStateName;
  state_message: string;
  desired_run_state: RunStateName;
  generation: number;
  conditions: Condition[];
  created_at: Date;
  observed_at: Date | null;
  deletion_requested_at: Date | null;
  plan: Selectable<PlansTable>;
  strategy: StrategyRow;
  placement: TenantPlacement | null;
  operation: OperationRow | null;
  /** The oldest first. */
  operations_under_way: OperationRow[];
  restart_requested_at: Date | null;
  /** The viewer may ask something of it. */
  may_change: boolean;
  /** Exact text of the value it is ordered by. */
  position: string;
}

/** Which tenants; ids and uuids are of the database. */
export interface TenantQueryFilter {
  ids?: string[];
  search?: string;
  states?: TenantStateName[];
  planCodes?: string[];
  organizationId?: string;
}

export interface TenantOrderBy {
  field: keyof typeof orderColumns;
  direction: "ASC" | "DESC";
}

// A deletion shows from the moment it is asked for, before the reconciler has seen it.
const stateColumn = sql<TenantStateName>`
  case when t.deletion_requested_at is not null and t.state <> 'FAILED' then 'DELETING' else t.state end`;

const orderColumns = {
  SLUG: { column: sql`t.slug`, type: sql`text` },
  CREATED_AT: { column: sql`t.created_at`, type: sql`timestamptz` },
  STATE: { column: stateColumn, type: sql`text` },
  PLAN: { column: sql`p.position`, type: sql`int` },
};

const operationsUnderWay = sql`(select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at, o.generation), '[]')
  from platform.operations o where o.tenant_id = t.id and o.state in ('PENDING', 'RUNNING'))`;

const mayChange = sql`platform.app_is_admin() or exists (select from platform.memberships m
  where m.organization_id = t.organization_id and m.user_id = platform.app_user_id() and m.role in ('owner', 'admin'))`;

const sources = sql`
  platform.tenants t
  join platform.plans p on p.id = t.plan_id
  join platform.organizations o on o.id = t.organization_id
  left join platform.placements pl on pl.tenant_id = t.id
  left join platform.database_servers ds on ds.id = pl.database_server_id
  left join lateral (select * from platform.operations op where op.tenant_id = t.id
    order by op.created_at desc, op.generation desc limit 1) op on true`;

/** A page of living tenants after `after`, in order. */
export async function findTenants(
  transaction: DatabaseTransaction,
  query: { filter: TenantQueryFilter; orderBy: TenantOrderBy; after?: TenantPosition; limit?: number },
): Promise<TenantRow[]> {
  const { filter, orderBy, after, limit } = query;
  const { column, type } = orderColumns[orderBy.field];
  const isDescending = orderBy.direction === "DESC";
  const direction = isDescending ? sql`desc` : sql`asc`;
  const conditions = buildConditions(filter);
  if (after) {
    const operator = isDescending ? sql`<` : sql`>`;
    conditions.push(sql`(${column}, t.id) ${operator} (${after.value}::${type}, ${after.id}::uuid)`);
  }
  const { rows } = await sql<TenantRow>`
    select t.id, t.slug, t.name, t.admin_email, t.odoo_version, t.bundle, t.organization_id, o.name as organization_name,
      ${stateColumn} as state, t.state_message, t.desired_run_state, t.generation, t.conditions, t.created_at,
      t.observed_at, t.deletion_requested_at, to_jsonb(p) as plan, to_jsonb(op) as operation,
      t.restart_requested_at, ${operationsUnderWay} as operations_under_way, ${mayChange} as may_change,
      ${strategyColumn} as strategy,
      case when pl.tenant_id is not null then
        jsonb_build_object('strategy', pl.strategy, 'reason', pl.reason, 'pool', ds.name,
          'score', pl.score, 'reasons', pl.reasons) end as placement,
      (${column})::text as position
    from ${sources} where ${sql.join(conditions, sql` and `)}
    order by ${column} ${direction}, t.id ${direction} limit ${limit ?? null}
  `.execute(transaction);
  return rows;
}

/** One living tenant. */
export async function findTenant(
  transaction: DatabaseTransaction,
  id: string,
): Promise<TenantRow | undefined> {
  const orderBy: TenantOrderBy = { field: "CREATED_AT", direction: "ASC" };
  return (await findTenants(transaction, { filter: { ids: [id] }, orderBy }))[0];
}

/** How many living tenants there are of that kind. */
export async function countTenants(
  transaction: DatabaseTransaction,
  filter: TenantQueryFilter,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from platform.tenants t join platform.plans p on p.id = t.plan_id
    where ${sql.join(buildConditions(filter), sql` and `)}`.execute(transaction);
  return rows[0]?.count ?? 0;
}

function buildConditions(filter: TenantQueryFilter): RawBuilder<unknown>[] {
  const { ids, search, states, planCodes, organizationId } = filter;
  const conditions: RawBuilder<unknown>[] = [
    sql`t.deleted_at is null and t.organization_id is not null`, // a warm spare is nobody's yet
  ];
  if (ids) conditions.push(sql`t.id = any(${ids}::uuid[])`);
  if (states) conditions.push(sql`${stateColumn} = any(${states}::text[])`);
  if (planCodes) conditions.push(sql`p.code = any(${planCodes}::text[])`);
  if (organizationId) conditions.push(sql`t.organization_id = ${organizationId}::uuid`);
  if (search) {
    const pattern = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
    conditions.push(
      sql`(t.slug ilike ${pattern} or t.name ilike ${pattern} or t.admin_email ilike ${pattern})`,
    );
  }
  return conditions;
}

/** Whether a living tenant anywhere has the subdomain; looks past the viewer's policies. */
export async function isSlugTaken(transaction: DatabaseTransaction, slug: string): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`select platform.slug_is_taken(${slug}) as taken`.execute(
    transaction,
  );
  return rows[0]?.taken ?? true;
}

import type { Condition, ResourceBudget } from "@odoo-saas/k8s-core";
import { sql } from "kysely";
import type { Database } from "../../core/ports.ts";
import type {
  OperationKindName,
  OperationStepName,
  OperationStepStateName,
  StrategyName,
  TenantStateName,
} from "../../database/tables.ts";

/** The last event of one step of an operation's timeline. */
export interface StepRecord {
  step: OperationStepName;
  state: OperationStepStateName;
  message: string;
}

export interface OperationRecord {
  id: string;
  kind: OperationKindName;
  steps: StepRecord[];
}

export interface PlacementRecord {
  serverId: string;
  serverName: string;
  databaseName: string;
  roleName: string;
}

/** A tenant's desired row, its plan, its place and the operation under way. */
export interface TenantRecord {
  id: string;
  slug: string;
  adminEmail: string;
  version: string;
  bundle: string;
  isStopped: boolean;
  generation: number;
  pendingPasswordHash: string | null;
  /** Ready, but nobody's yet. */
  isSpare: boolean;
  state: TenantStateName;
  stateMessage: string;
  conditions: Condition[];
  nodeName: string | null;
  observedGeneration: number;
  isDeleting: boolean;
  isDeleted: boolean;
  createdAt: Date;
  planCode: string;
  strategy: StrategyName;
  budget: ResourceBudget;
  placement: PlacementRecord | null;
  /** The operation under way; the newest when there are several. */
  operation: OperationRecord | null;
}

/** Everything a run needs to know from the platform's database, in one statement. */
export async function findTenantRecord(
  database: Database,
  tenantId: string,
): Promise<TenantRecord | undefined> {
  const { rows } = await sql<TenantRecord>`
    select t.id, t.slug, t.admin_email as "adminEmail", t.odoo_version as version, t.bundle,
      t.desired_run_state = 'STOPPED' as "isStopped", t.generation,
      t.pending_admin_password_hash as "pendingPasswordHash", t.organization_id is null as "isSpare",
      t.state, t.state_message as "stateMessage", t.conditions, t.node_name as "nodeName",
      t.observed_generation as "observedGeneration",
      t.deletion_requested_at is not null as "isDeleting", t.deleted_at is not null as "isDeleted",
      t.created_at as "createdAt", p.code as "planCode", p.strategy,
      jsonb_build_object(
        'cpuRequestMillicores', p.cpu_request_millicores, 'cpuLimitMillicores', p.cpu_limit_millicores,
        'memoryRequestBytes', p.memory_request_bytes, 'memoryLimitBytes', p.memory_limit_bytes,
        'filesBytes', p.files_bytes, 'databaseBytes', p.database_bytes, 'workers', p.workers,
        'connectionLimit', p.connection_limit) as budget,
      (select jsonb_build_object('serverId', s.id, 'serverName', s.name,
          'databaseName', l.database_name, 'roleName', l.role_name)
        from platform.placements l join platform.database_servers s on s.id = l.database_server_id
        where l.tenant_id = t.id) as placement,
      (select jsonb_build_object('id', o.id, 'kind', o.kind, 'steps', (
          select coalesce(jsonb_agg(e), '[]') from (
            select distinct on (step) step, state, message from platform.operation_events
            where operation_id = o.id order by step, seq desc) as e))
        from platform.operations o where o.tenant_id = t.id and o.state in ('PENDING', 'RUNNING')
        order by o.created_at desc limit 1) as operation
    from platform.tenants t join platform.plans p on p.id = t.plan_id
    where t.id = ${tenantId}
  `.execute(database);
  return rows[0];
}

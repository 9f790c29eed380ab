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
  /** It has passed the point from which it cannot be taken back. */
  isIrreversible: boolean;
  steps: StepRecord[];
}

export interface PlacementRecord {
  serverId: string;
  serverName: string;
  /** Of the server it is on. */
  strategy: StrategyName;
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
  restartRequestedAt: Date | null;
  generation: number;
  pendingPasswordHash: string | null;
  /** Of the database role's password; raised by whoever asks for another. */
  credentialsVersion: number;
  /** Ready, but nobody's yet. */
  isSpare: boolean;
  /** Of a reset, after the creation. */
  pendingResetHash: string | null;
  state: TenantStateName;
  stateMessage: string;
  conditions: Condition[];
  nodeName: string | null;
  observedGeneration: number;
  isDeleting: boolean;
  isDeleted: boolean;
  createdAt: Date;
  planCode: string;
  /** The decision in force; a placement that exists wins over it. */
  strategy: StrategyName;
  strategyReason: string;
  databaseSettings: Record<string, string>;
  expectedDatabaseBytes: number | null;
  /** Size of a server of its own, by the plan. */
  ownServer: { cpuMillicores: number; memoryBytes: number };
  budget: ResourceBudget;
  placement: PlacementRecord | null;
  /** The operation under way; the newest when there are several. */
  operation: OperationRecord | null;
  /** All that are under way, the oldest first. */
  operations: OperationRecord[];
}

/** Everything a run needs to know from the platform's database, in one statement. */
export async function findTenantRecord(
  database: Database,
  tenantId: string,
): Promise<TenantRecord | undefined> {
  const { rows } = await sql<Omit<TenantRecord, "operation">>`
    select t.id, t.slug, t.admin_email as "adminEmail", t.odoo_version as version, t.bundle,
      t.desired_run_state = 'STOPPED' as "isStopped", t.restart_requested_at as "restartRequestedAt", t.generation,
      t.pending_admin_password_hash as "pendingPasswordHash", t.pending_password_reset_hash as "pendingResetHash",
      t.organization_id is null as "isSpare", t.credentials_version as "credentialsVersion",
      t.state, t.state_message as "stateMessage", t.conditions, t.node_name as "nodeName",
      t.observed_generation as "observedGeneration",
      t.deletion_requested_at is not null as "isDeleting", t.deleted_at is not null as "isDeleted",
      t.created_at as "createdAt", p.code as "planCode",
      coalesce(t.strategy, p.strategy) as strategy, coalesce(t.strategy_reason, '') as "strategyReason",
      t.database_settings as "databaseSettings", t.expected_database_bytes as "expectedDatabaseBytes",
      jsonb_build_object(
        'cpuMillicores', p.server_cpu_millicores, 'memoryBytes', p.server_memory_bytes) as "ownServer",
      jsonb_build_object(
        'cpuRequestMillicores', p.cpu_request_millicores, 'cpuLimitMillicores', p.cpu_limit_millicores,
        'memoryRequestBytes', p.memory_request_bytes, 'memoryLimitBytes', p.memory_limit_bytes,
        'filesBytes', p.files_bytes, 'databaseBytes', p.database_bytes, 'workers', p.workers,
        'connectionLimit', p.connection_limit) as budget,
      (select jsonb_build_object('serverId', s.id, 'serverName', s.name, 'strategy', s.kind,
          'databaseName', l.database_name, 'roleName', l.role_name)
        from platform.placements l join platform.database_servers s on s.id = l.database_server_id
        where l.tenant_id = t.id) as placement,
      (select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'kind', o.kind,
          'isIrreversible', o.irreversible_since is not null, 'steps', (
            select coalesce(jsonb_agg(e), '[]') from (
              select distinct on (step) step, state, message from platform.operation_events
              where operation_id = o.id order by step, seq desc) as e)) order by o.created_at, o.generation), '[]')
        from platform.operations o where o.tenant_id = t.id and o.state in ('PENDING', 'RUNNING')) as operations
    from platform.tenants t join platform.plans p on p.id = t.plan_id
    where t.id = ${tenantId}
  `.execute(database);
  const [row] = rows;
  return row && { ...row, operation: row.operations.at(-1) ?? null };
}

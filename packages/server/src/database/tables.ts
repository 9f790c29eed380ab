import type { Condition } from "@odoo-saas/k8s-core";
import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { IsolationTables } from "./isolation-tables.ts";

type Timestamp = Date;
type Created = Generated<Timestamp>;
/** Filled by the database and never changed by hand. */
type Identity<T> = ColumnType<T, never, never>;
type Json<T extends object> = JSONColumnType<T, string | undefined, string>;

export type MembershipRole = "owner" | "admin" | "billing" | "viewer";
export type StrategyName = "SHARED" | "DEDICATED";
export type StrategyRuleName =
  | "MANUAL_OVERRIDE"
  | "COMPLIANCE"
  | "PERFORMANCE"
  | "DATA_VOLUME"
  | "DATABASE_SETTINGS"
  | "PLAN";
export type ComplianceName = "HIPAA" | "SOX" | "PCI_DSS";
export type TenantStateName =
  | "PENDING"
  | "PROVISIONING"
  | "RUNNING"
  | "STOPPED"
  | "DEGRADED"
  | "DELETING"
  | "FAILED";
export type RunStateName = "RUNNING" | "STOPPED";
export type OperationKindName =
  | "CREATE"
  | "DELETE"
  | "START"
  | "STOP"
  | "RESTART"
  | "RESET_PASSWORD"
  | "CHANGE_PLAN"
  | "ROTATE_CREDENTIALS";
export type OperationStateName = "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";
export type OperationStepName =
  | "ACCEPTED"
  | "PLACEMENT"
  | "NAMESPACE"
  | "ISOLATION"
  | "SECRETS"
  | "DATABASE_SERVER"
  | "DATABASE"
  | "IDENTITY"
  | "WORKLOAD"
  | "ROUTE"
  | "READY"
  | "PASSWORD"
  | "STOPPED"
  | "STOP_WORKLOAD"
  | "DROP_DATABASE"
  | "DELETE_NAMESPACE"
  | "DONE";
export type OperationStepStateName = "RUNNING" | "WAITING" | "SUCCEEDED" | "FAILED";

/** What an operation changes and what was there before, by kind. */
export interface OperationDetails {
  /** It was asked of a stopped instance. */
  isStopped?: boolean;
  planId?: string;
  planName?: string;
  previousPlanId?: string;
  previousPlanName?: string;
  previousRestartAt?: string | null;
}

export interface UsersTable {
  id: string;
  email: string;
  created_at: Created;
}

export interface OrganizationsTable {
  id: Generated<string>;
  name: string;
  personal_of: string | null;
  created_at: Created;
}

export interface MembershipsTable {
  organization_id: string;
  user_id: string;
  role: MembershipRole;
}

export interface PlansTable {
  id: Generated<string>;
  code: string;
  name: string;
  description: Generated<string>;
  position: number;
  cpu_request_millicores: number;
  cpu_limit_millicores: number;
  memory_request_bytes: number;
  memory_limit_bytes: number;
  files_bytes: number;
  database_bytes: number;
  workers: number;
  connection_limit: number;
  strategy: StrategyName;
  is_available: Generated<boolean>;
  server_cpu_millicores: Generated<number>;
  server_memory_bytes: Generated<number>;
}

export type PoolStateName = "PREPARING" | "ACTIVE" | "CORDONED" | "DRAINING" | "FAILED";
/** What an administrator wants of a pool. */
export type DesiredPoolStateName = "ACTIVE" | "CORDONED" | "DRAINING";
/** OBSOLETE: of an image or bundle that is no longer offered; dropped after a grace time. */
export type TemplateStateName = "WAITING" | "BUILDING" | "READY" | "FAILED" | "OBSOLETE";

/** A template database of a pool, as a run last saw it. */
export interface TemplateRecord {
  /** Of the database. */
  name: string;
  version: string;
  bundle: string;
  state: TemplateStateName;
  /** Why it is not ready, and what to do; empty when all is well. */
  message: string;
  /** ISO 8601: when the state began. */
  since: string;
}

export interface DatabaseServersTable {
  id: Generated<string>;
  kind: StrategyName;
  name: string;
  state: Generated<PoolStateName>;
  state_message: Generated<string>;
  max_tenants: number;
  conditions: Json<Condition[]>;
  created_at: Created;
  desired_state: Generated<DesiredPoolStateName>;
  removal_requested_at: Timestamp | null;
  activated_at: Timestamp | null;
  unready_since: Timestamp | null;
  /** Size, fixed when it is made; null: by the configuration. */
  cpu_millicores: number | null;
  memory_bytes: number | null;
  storage_bytes: number | null;
  connection_budget: Generated<number>;
  /** Kept by the trigger on placements. */
  used_tenants: Identity<number>;
  used_connections: Identity<number>;
  templates: Json<TemplateRecord[]>;
  measured_at: Timestamp | null;
  measured_connections: number | null;
  measured_databases: number | null;
  measured_bytes: number | null;
  measured_load: number | null;
  measured_active_ms: number | null;
}

/** Every column of `database_servers`, and more; rows for platform administrators only. */
export interface ServerOverviewView extends DatabaseServersTable {
  used_by_spares: Identity<number>;
}

export interface TenantsTable {
  id: Generated<string>;
  /** Absent for a warm spare. */
  organization_id: string | null;
  slug: string;
  name: string;
  admin_email: string;
  plan_id: string;
  odoo_version: string;
  bundle: Generated<string>;
  /** Of a warm spare: the image its database was made with. */
  spare_image: string | null;
  desired_run_state: Generated<RunStateName>;
  generation: Generated<number>;
  pending_admin_password_hash: string | null;
  restart_requested_at: Timestamp | null;
  pending_password_reset_hash: string | null;
  state: Generated<TenantStateName>;
  state_message: Generated<string>;
  conditions: Json<Condition[]>;
  node_name: string | null;
  observed_generation: Generated<number>;
  observed_at: Timestamp | null;
  status_epoch: Generated<number>;
  credentials_version: Generated<number>;
  created_at: Created;
  updated_at: Created;
  deletion_requested_at: Timestamp | null;
  deleted_at: Timestamp | null;
  compliance: Generated<ComplianceName[]>;
  expected_database_bytes: number | null;
  expected_concurrent_users: number | null;
  database_settings: Json<Record<string, string>>;
  strategy: StrategyName | null;
  strategy_rule: StrategyRuleName | null;
  strategy_reason: string | null;
  strategy_decided_at: Timestamp | null;
  strategy_override: StrategyName | null;
  strategy_override_reason: string | null;
  strategy_overridden_by: string | null;
  strategy_overridden_at: Timestamp | null;
}

export interface PlacementsTable {
  tenant_id: string;
  database_server_id: string;
  strategy: StrategyName;
  reason: string;
  database_name: string;
  role_name: string;
  created_at: Created;
  /** Of the role; the plan's when absent. */
  connection_limit: Generated<number>;
  score: number | null;
  /** In words: what the pool looked like when it was chosen. */
  reasons: Json<string[]>;
}

export interface OperationsTable {
  id: Generated<string>;
  tenant_id: string;
  kind: OperationKindName;
  state: Generated<OperationStateName>;
  generation: number;
  error: string | null;
  last_seq: Generated<number>;
  requested_by: string | null;
  details: Json<OperationDetails>;
  irreversible_since: Timestamp | null;
  created_at: Created;
  started_at: Timestamp | null;
  finished_at: Timestamp | null;
}

export interface OperationEventsTable {
  operation_id: string;
  seq: number;
  step: OperationStepName;
  state: OperationStepStateName;
  message: Generated<string>;
  at: Created;
}

export interface ReconcileQueueTable {
  key: string;
  due_at: Created;
  revision: Generated<number>;
  is_requested: Generated<boolean>;
  attempts: Generated<number>;
  last_error: string | null;
  lease_epoch: Generated<number>;
  lease_owner: string | null;
  lease_until: Timestamp | null;
}

export interface RevokedSessionsTable {
  session_id: string;
  user_id: string;
  revoked_at: Created;
}

export interface IdempotencyKeysTable {
  user_id: string;
  mutation: string;
  key: string;
  input_hmac: string;
  result: Json<Record<string, string>>;
  created_at: Created;
}

export interface AuditLogTable {
  id: Identity<number>;
  at: Created;
  user_id: string | null;
  organization_id: string | null;
  action: string;
  target: string;
  details: Json<Record<string, unknown>>;
}

export interface DriftTable {
  id: Identity<number>;
  database_server_id: string;
  tenant_id: string | null;
  code: string;
  subject: Generated<string>;
  found_at: Created;
  ended_at: Timestamp | null;
}

export type OrphanKindName = "DATABASE" | "ROLE" | "VOLUME" | "NAMESPACE";

export interface OrphansTable {
  kind: OrphanKindName;
  place: string;
  name: string;
  tenant_id: string | null;
  reason: string;
  first_seen_at: Created;
  removable_at: Timestamp | null;
}

/** The tables of schema `platform`, as the migrations make them; `bigint` arrives as number. */
export interface Tables extends IsolationTables {
  users: UsersTable;
  organizations: OrganizationsTable;
  memberships: MembershipsTable;
  plans: PlansTable;
  database_servers: DatabaseServersTable;
  server_overview: ServerOverviewView;
  tenants: TenantsTable;
  placements: PlacementsTable;
  operations: OperationsTable;
  operation_events: OperationEventsTable;
  reconcile_queue: ReconcileQueueTable;
  revoked_sessions: RevokedSessionsTable;
  idempotency_keys: IdempotencyKeysTable;
  audit_log: AuditLogTable;
  drift: DriftTable;
  orphans: OrphansTable;
}

import type { DatabaseAccess, SqlStatement } from "@odoo-saas/k8s-core";
import type { DatabaseObservation } from "./isolation.ts";
import type { Lease } from "./lease.ts";

/** A pool (or a dedicated server); `name` is its namespace. */
export interface DatabaseServer {
  id: string;
  name: string;
}

/** Opaque names: they tell nothing of the customer. */
export interface TenantDatabase {
  tenantId: string;
  databaseName: string;
  roleName: string;
}

/** The role as it should be. */
export interface TenantRole extends TenantDatabase {
  password: string;
  connectionLimit: number;
}

/** What somebody changed by hand of a tenant's role or database, as the shared catalogues tell. */
export type TenantFault =
  | "DATABASE_MISSING"
  | "ROLE_MISSING"
  | "ROLE_ATTRIBUTES"
  | "CONNECTION_LIMIT"
  | "PASSWORD_CHANGED"
  | "ROLE_SETTINGS"
  | "MEMBERSHIPS"
  | "FOREIGN_RIGHTS"
  | "DATABASE_GRANTS"
  | "DATABASE_OWNER"
  | "DATABASE_FLAGS"
  | "DATABASE_CLOSED"
  | "OWNERSHIP_LOST";

// What nobody but a person can put right: a lost database, one that was closed on purpose, one whose content is not its role's.
const surfacedFaults: TenantFault[] = ["DATABASE_MISSING", "DATABASE_CLOSED", "OWNERSHIP_LOST"];

/** Whether the next run over the tenant puts it right by itself. */
export const isRepairable = (fault: TenantFault): boolean => !surfacedFaults.includes(fault);

/** What somebody changed by hand of the server itself. */
export type ServerFault = "MAINTENANCE_OPEN" | "TEMPLATE_OPEN" | "ADDRESSES_TRUSTED";

/** Everything that is not as the platform left it on one server. */
export interface ServerAudit {
  server: { code: ServerFault; subject: string }[];
  tenants: { tenantId: string; faults: TenantFault[] }[];
  /** Every tenant that the server knows. */
  known: string[];
}

/** What a tenant's session may outlive, in milliseconds. */
export interface SessionLimits {
  /** A change of its role's password, by this much: its pod is being replaced meanwhile. */
  afterPasswordMs: number;
  /** In a transaction; a role may lift its own time-out, and its dead rows would be its neighbours' trouble. */
  idleInTransactionMs: number;
}

/** Names of ours on a server; `isKnown` when its control schema has ever heard of the tenant. */
export interface OwnName {
  name: string;
  tenantId: string;
  hasDatabase: boolean;
  hasRole: boolean;
  isKnown: boolean;
}

/** What a server holds of one tenant, as far as the control role knows without entering the tenant's database. */
export interface TenantDatabaseState {
  /** False when the server has never heard of the tenant, or has forgotten it. */
  isKnown: boolean;
  /** The role exists, with this password and this limit, and nothing is to be repaired. */
  isRoleCurrent: boolean;
  hasDatabase: boolean;
  /** From here on the content belongs to the tenant: no privileged session may enter. */
  isHandedOver: boolean;
  isIdentityApplied: boolean;
  /** What somebody changed by hand; empty while the server does not know the tenant. */
  faults: TenantFault[];
}

/** A template is cloned only when READY; BUILDING also means left half-built. */
export type TemplateState = "BUILDING" | "READY";

/** What a server is doing, without a look into anybody's database. */
export interface ServerMeasurement {
  /** Client sessions, the platform's own included. */
  connections: number;
  /** Tenants' databases. */
  databases: number;
  /** Of all databases, templates included. */
  dataBytes: number;
  /** Milliseconds that sessions have spent executing statements since statistics began. */
  activeMs: number;
}

/** A statement in a tenant's database found no row to change. */
export class UnchangedError extends Error {}

/** Changes on one server for one tenant (or for the server itself), refused once a later epoch has begun. */
export interface ServerSession {
  ensureRole(role: TenantRole): Promise<void>;
  /** Takes back what was granted by hand, once the database is handed over; from outside the database. */
  ensureGuards(database: TenantDatabase): Promise<void>;
  /** Clones the template, makes it the tenant's and hands it over; goes on where an earlier run ended. */
  ensureDatabase(database: TenantDatabase & { templateName: string }): Promise<void>;
  /** Runs the statements in one transaction as the tenant's own role, then records that it is done. */
  applyIdentity(database: TenantDatabase & { password: string; statements: SqlStatement[] }): Promise<void>;
  /** One transaction as the tenant's own role; throws `UnchangedError` when a statement that must change something did not. */
  runAsTenant(database: TenantDatabase & { password: string; statements: SqlStatement[] }): Promise<void>;
  /** False when a neighbour's grants hold the role: then nobody can use it any more, and a later call removes it. */
  dropTenant(database: TenantDatabase): Promise<boolean>;
  /** A fresh empty database with the extensions, writable by the template's owner. Returns extensions it lacks. */
  beginTemplate(template: { name: string; extensions: string[]; ownerPassword: string }): Promise<string[]>;
  /** Nobody connects any more: from here on it can be cloned. */
  finishTemplate(name: string): Promise<void>;
  dropTemplate(name: string): Promise<void>;
}

/** How an ordinary role signs in. */
export interface RoleLogin {
  user: string;
  password: string;
  database: string;
}

/** The PostgreSQL servers that hold tenants' databases. */
export interface PostgresServers {
  /** How a program in the cluster reaches a database. */
  buildAccess(
    server: DatabaseServer,
    database: { database: string; user: string; password: string },
  ): DatabaseAccess;
  /** Closes the maintenance databases to everybody and makes the control schema. Safe to repeat. */
  prepare(server: DatabaseServer): Promise<void>;
  findTemplates(server: DatabaseServer): Promise<Map<string, TemplateState>>;
  measure(server: DatabaseServer): Promise<ServerMeasurement>;
  inspectTenant(server: DatabaseServer, role: TenantRole): Promise<TenantDatabaseState>;
  /** Looks at all tenants of the server at once; undefined while the server is not prepared. */
  audit(server: DatabaseServer): Promise<ServerAudit | undefined>;
  /** Closes maintenance databases and templates again. Safe to repeat. */
  repair(server: DatabaseServer): Promise<void>;
  /** Ends tenants' sessions that have outlived what they may. */
  endStaleSessions(server: DatabaseServer, limits?: SessionLimits): Promise<void>;
  /** Databases and roles that carry names of tenants; undefined while the server is not prepared. */
  findOwnNames(server: DatabaseServer): Promise<OwnName[] | undefined>;
  /** What a tenant's role could do there; tried with its password, and with a neighbour's as the control. */
  observeIsolation(
    server: DatabaseServer,
    logins: { own: RoleLogin; neighbour: RoleLogin | undefined },
  ): Promise<DatabaseObservation>;
  /** `subjectId`: the tenant's or the server's id; the lease's epoch fences it. */
  withSession<T>(
    server: DatabaseServer,
    fence: { subjectId: string; lease: Lease },
    run: (session: ServerSession) => Promise<T>,
  ): Promise<T>;
  dispose(): Promise<void>;
}

/** Role that owns a template's content while it is built. */
export const templateOwner = "template_owner";

import type { DatabaseAccess, SqlStatement } from "@odoo-saas/k8s-core";
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

/** What a server holds of one tenant, as far as the control role knows without entering the tenant's database. */
export interface TenantDatabaseState {
  /** False when the server has never heard of the tenant, or has forgotten it. */
  isKnown: boolean;
  /** The role exists, with this password and this limit. */
  isRoleCurrent: boolean;
  hasDatabase: boolean;
  /** From here on the content belongs to the tenant: no privileged session may enter. */
  isHandedOver: boolean;
  isIdentityApplied: boolean;
}

/** A template is cloned only when READY; BUILDING also means left half-built. */
export type TemplateState = "BUILDING" | "READY";

/** Changes on one server for one tenant (or for the server itself), refused once a later epoch has begun. */
export interface ServerSession {
  ensureRole(role: TenantRole): Promise<void>;
  /** Clones the template, makes it the tenant's and hands it over; goes on where an earlier run ended. */
  ensureDatabase(database: TenantDatabase & { templateName: string }): Promise<void>;
  /** Runs the statements in one transaction as the tenant's own role, then records that it is done. */
  applyIdentity(database: TenantDatabase & { password: string; statements: SqlStatement[] }): Promise<void>;
  dropTenant(database: TenantDatabase): Promise<void>;
  /** A fresh empty database with the extensions, writable by the template's owner. Returns extensions it lacks. */
  beginTemplate(template: { name: string; extensions: string[]; ownerPassword: string }): Promise<string[]>;
  /** Nobody connects any more: from here on it can be cloned. */
  finishTemplate(name: string): Promise<void>;
  dropTemplate(name: string): Promise<void>;
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
  inspectTenant(server: DatabaseServer, role: TenantRole): Promise<TenantDatabaseState>;
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

import { sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { MembershipRole, OperationDetails, OperationKindName } from "../../database/tables.ts";

/** A new tenant's row. */
export interface NewTenant {
  id: string;
  organizationId: string;
  slug: string;
  name: string;
  adminEmail: string;
  planId: string;
  odooVersion: string;
  bundle: string;
  passwordHash: string;
}

/** Name of the index that allows a subdomain once among living tenants. */
export const slugIndex = "tenants_slug_alive";

/** Throws PostgreSQL's 23505 on `slugIndex` when the subdomain is taken. */
export async function insertTenant(transaction: DatabaseTransaction, tenant: NewTenant): Promise<void> {
  await transaction
    .insertInto("tenants")
    .values({
      id: tenant.id,
      organization_id: tenant.organizationId,
      slug: tenant.slug,
      name: tenant.name,
      admin_email: tenant.adminEmail,
      plan_id: tenant.planId,
      odoo_version: tenant.odooVersion,
      bundle: tenant.bundle,
      pending_admin_password_hash: tenant.passwordHash,
    })
    .execute();
}

/** An operation, with the first line of its timeline. */
export async function insertOperation(
  transaction: DatabaseTransaction,
  operation: {
    id: string;
    tenantId: string;
    kind: OperationKindName;
    generation: number;
    userId: string;
    message?: string;
    details?: OperationDetails;
  },
): Promise<void> {
  const { id, tenantId, kind, generation, userId, message = "", details = {} } = operation;
  await transaction
    .insertInto("operations")
    .values({
      id,
      tenant_id: tenantId,
      kind,
      generation,
      requested_by: userId,
      last_seq: 1,
      details: JSON.stringify(details),
    })
    .execute();
  await transaction
    .insertInto("operation_events")
    .values({ operation_id: id, seq: 1, step: "ACCEPTED", state: "SUCCEEDED", message })
    .execute();
}

/** Ends what was under way, because something newer was asked for; returns the ids. */
export async function supersedeOperations(
  transaction: DatabaseTransaction,
  tenantId: string,
  error: string,
): Promise<string[]> {
  const rows = await transaction
    .updateTable("operations")
    .set({ state: "CANCELLED", error, finished_at: sql<Date>`now()` })
    .where("tenant_id", "=", tenantId)
    .where("state", "in", ["PENDING", "RUNNING"])
    .returning("id")
    .execute();
  return rows.map((row) => row.id);
}

/** Asks for the tenant's end; returns its new generation. */
export async function requestDeletion(transaction: DatabaseTransaction, tenantId: string): Promise<number> {
  const row = await transaction
    .updateTable("tenants")
    .set((eb) => ({
      generation: eb("generation", "+", 1),
      deletion_requested_at: sql<Date>`coalesce(deletion_requested_at, now())`,
      updated_at: sql<Date>`now()`,
    }))
    .where("id", "=", tenantId)
    .returning("generation")
    .executeTakeFirstOrThrow();
  return row.generation;
}

/** One line of the audit log. */
export async function insertAudit(
  transaction: DatabaseTransaction,
  entry: {
    userId: string;
    organizationId: string;
    action: string;
    target: string;
    details: Record<string, unknown>;
  },
): Promise<void> {
  const { userId, organizationId, action, target, details } = entry;
  await transaction
    .insertInto("audit_log")
    .values({
      user_id: userId,
      organization_id: organizationId,
      action,
      target,
      details: JSON.stringify(details),
    })
    .execute();
}

/** The user's role in an organization (absent: in the personal one); undefined when not a member. */
export function findMembership(
  transaction: DatabaseTransaction,
  userId: string,
  organizationId: string | undefined,
): Promise<{ organizationId: string; role: MembershipRole } | undefined> {
  return transaction
    .selectFrom("memberships as m")
    .innerJoin("organizations as o", "o.id", "m.organization_id")
    .select(["o.id as organizationId", "m.role"])
    .where("m.user_id", "=", userId)
    .$if(organizationId !== undefined, (query) => query.where("o.id", "=", organizationId!))
    .$if(organizationId === undefined, (query) => query.where("o.personal_of", "=", userId))
    .executeTakeFirst();
}

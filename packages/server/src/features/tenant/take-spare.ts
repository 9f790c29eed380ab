import { sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { NewTenant } from "./tenant.writes.ts";

/** A tenant's row that exists already. */
export interface TakenSpare {
  id: string;
  generation: number;
}

/**
 * Makes a warm spare of the tenant's version, bundle and plan that tenant; absent when none is ready.
 * Two creations never get the same one. Throws PostgreSQL's 23505 on `slugIndex` when the subdomain is taken.
 */
export async function takeSpare(
  transaction: DatabaseTransaction,
  tenant: Omit<NewTenant, "id"> & { image: string },
): Promise<TakenSpare | undefined> {
  const { rows } = await sql<TakenSpare>`
    select taken_id as id, taken_generation as generation from platform.take_spare(
      owner_id => ${tenant.organizationId}, wanted_plan => ${tenant.planId},
      wanted_version => ${tenant.odooVersion}, wanted_bundle => ${tenant.bundle}, wanted_image => ${tenant.image},
      new_slug => ${tenant.slug}, new_name => ${tenant.name}, new_email => ${tenant.adminEmail},
      password_hash => ${tenant.passwordHash})
  `.execute(transaction);
  return rows[0];
}

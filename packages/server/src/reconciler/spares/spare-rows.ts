import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Database, DatabaseTransaction } from "../../core/ports.ts";
import type { SpareKind } from "../../core/spares.ts";
import { reconcileQueue } from "../queue/requests.ts";
import type { ExistingSpare } from "./plan-spares.ts";

/** No customer can choose it: a subdomain has no two hyphens in a row. */
export const slugOfSpare = (id: string): string => `spare--${id.replaceAll("-", "").slice(0, 20)}`;

/** Plans whose tenants share a server: codes and ids. */
export async function findSharedPlans(database: Database): Promise<Map<string, string>> {
  const rows = await database
    .selectFrom("plans")
    .select(["id", "code"])
    .where("strategy", "=", "SHARED")
    .where("is_available", "=", true)
    .execute();
  return new Map(rows.map(({ id, code }) => [code, id]));
}

/** Spares that are there or being made; those that are being deleted do not count. */
export async function findSpares(transaction: DatabaseTransaction): Promise<ExistingSpare[]> {
  const { rows } = await sql<ExistingSpare>`
    select t.id, p.code as "planCode", t.odoo_version as version, t.bundle, t.spare_image as image, t.state,
      extract(epoch from now() - t.created_at) * 1000 as "ageMs", s.state as "serverState"
    from platform.tenants t join platform.plans p on p.id = t.plan_id
    left join platform.placements l on l.tenant_id = t.id
    left join platform.database_servers s on s.id = l.database_server_id
    where t.organization_id is null and t.deletion_requested_at is null and t.deleted_at is null
  `.execute(transaction);
  return rows.map((row) => ({ ...row, ageMs: Number(row.ageMs) }));
}

/** A spare's row, due at once; nobody asked for it, so there is no operation. */
export async function insertSpare(
  transaction: DatabaseTransaction,
  spare: Pick<SpareKind, "version" | "bundle"> & { planId: string; image: string },
): Promise<void> {
  const id = randomUUID();
  await transaction
    .insertInto("tenants")
    .values({
      id,
      organization_id: null,
      slug: slugOfSpare(id),
      name: "Warm spare",
      admin_email: "",
      plan_id: spare.planId,
      odoo_version: spare.version,
      bundle: spare.bundle,
      spare_image: spare.image,
      conditions: "[]",
    })
    .execute();
  await reconcileQueue.request(transaction, `tenant:${id}`);
}

/** Asks for the end of spares; one that a creation is taking at this moment stays. */
export async function removeSpares(transaction: DatabaseTransaction, ids: string[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select t.id from platform.tenants t join platform.reconcile_queue q on q.key = 'tenant:' || t.id
    where t.id = any(${ids}::uuid[]) and t.organization_id is null and t.deletion_requested_at is null
    for update of q, t skip locked
  `.execute(transaction);
  for (const { id } of rows) {
    await transaction
      .updateTable("tenants")
      .set((eb) => ({
        deletion_requested_at: sql<Date>`now()`,
        generation: eb("generation", "+", 1),
      }))
      .where("id", "=", id)
      .execute();
    await reconcileQueue.request(transaction, `tenant:${id}`);
  }
}

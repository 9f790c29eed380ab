import type { DatabaseTransaction } from "../../core/ports.ts";
import { isSlugTaken } from "./tenant.repository.ts";
import type { Fault } from "./tenant-rules.ts";

/** Somebody has the subdomain. */
export const slugTaken: Fault = {
  code: "TAKEN",
  field: "slug",
  message: "This subdomain is taken; choose another.",
};

/** Undefined when nobody has it; the viewer's own instance that is just being deleted gets words of its own. */
export async function findSlugTaken(
  transaction: DatabaseTransaction,
  slug: string,
): Promise<Fault | undefined> {
  if (!(await isSlugTaken(transaction, slug))) return undefined;
  const leaving = await transaction
    .selectFrom("tenants")
    .select("id")
    .where("slug", "=", slug)
    .where("deleted_at", "is", null)
    .where("deletion_requested_at", "is not", null)
    .executeTakeFirst();
  if (leaving === undefined) return slugTaken;
  return { ...slugTaken, message: `“${slug}” is still being deleted; it is free again when that is done.` };
}

import type { Viewer } from "../../core/authentication.ts";
import { AppError } from "../../core/errors.ts";
import type { DatabaseTransaction } from "../../core/ports.ts";
import { findTenant, type TenantRow } from "./tenant.repository.ts";
import { findMembership } from "./tenant.writes.ts";

/** The answer to whoever asks for a tenant that is not there, or not theirs to see. */
export const noSuchTenant = (): AppError => new AppError("NOT_FOUND", "There is no such instance.");

/** Throws NOT_FOUND when the viewer of the transaction sees no such tenant. */
export async function getTenant(transaction: DatabaseTransaction, id: string): Promise<TenantRow> {
  const tenant = await findTenant(transaction, id);
  if (tenant === undefined) throw noSuchTenant();
  return tenant;
}

/** Throws FORBIDDEN unless the viewer is an owner or administrator of the tenant's organization, or ours. */
export async function assertMayChange(
  transaction: DatabaseTransaction,
  { viewer, tenant }: { viewer: Viewer; tenant: TenantRow },
  refusal = "Your role in this organization may not change its instances.",
): Promise<void> {
  if (viewer.platformRole === "admin") return;
  const membership = await findMembership(transaction, viewer.userId, tenant.organization_id);
  if (membership?.role === "owner" || membership?.role === "admin") return;
  throw new AppError("FORBIDDEN", refusal);
}

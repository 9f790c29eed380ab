export interface TenantChange<T> {
  type: "ADDED" | "MODIFIED" | "DELETED";
  tenant: T;
}

export interface TenantsMessage<T> {
  isSnapshot: boolean;
  changes: readonly TenantChange<T>[];
}

/** Folds one message of the `tenants` subscription; newest first, a snapshot replaces everything. */
export function reduceTenants<T extends { id: string; createdAt: string }>(
  before: readonly T[],
  message: TenantsMessage<T>,
): readonly T[] {
  const byId = new Map(message.isSnapshot ? [] : before.map((tenant) => [tenant.id, tenant]));
  for (const { type, tenant } of message.changes) {
    if (type === "DELETED") byId.delete(tenant.id);
    else byId.set(tenant.id, tenant);
  }
  return [...byId.values()].sort(
    (a, b) => b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id),
  );
}

import type { TenantSpec } from "@odoo-saas/k8s-core";
import type { ReconcilerSettings } from "../settings.ts";
import type { TenantRecord } from "./tenant-record.ts";

/** The tenant as k8s-core and the application know it. */
export function buildTenantSpec(tenant: TenantRecord, { tenantUrls }: ReconcilerSettings): TenantSpec {
  return {
    id: tenant.id,
    slug: tenant.slug,
    hostname: tenantUrls.hostnameOf(tenant.slug),
    baseUrl: tenantUrls.urlOf(tenant.slug),
    generation: tenant.generation,
    runState: tenant.isStopped ? "Stopped" : "Running",
    ...(tenant.restartRequestedAt && { restartedAt: tenant.restartRequestedAt.toISOString() }),
    planCode: tenant.planCode,
    budget: tenant.budget,
    version: tenant.version,
    bundle: tenant.bundle,
    isSpare: tenant.isSpare,
  };
}

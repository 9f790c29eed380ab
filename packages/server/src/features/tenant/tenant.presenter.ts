import type { Condition as KubernetesCondition } from "@odoo-saas/k8s-core";
import type { TenantUrls } from "../../core/tenant-urls.ts";
import { encodeGlobalId } from "../../graphql/global-id.ts";
import { toOperation } from "../operation/operation.type.ts";
import { toPlan } from "../plan/plan.type.ts";
import { toOrganization } from "../viewer/viewer.type.ts";
import { buildActions } from "./lifecycle/tenant-actions.ts";
import type { TenantRow } from "./tenant.repository.ts";
import type { Condition, Tenant } from "./tenant.type.ts";

/** The API's view of a tenant's row. */
export function toTenant(row: TenantRow, urls: TenantUrls): Tenant {
  return {
    id: encodeGlobalId("Tenant", row.id),
    uuid: row.id,
    strategySource: {
      row: row.strategy,
      plan: row.plan,
      placed: row.placement?.strategy,
      createdAt: row.created_at,
    },
    slug: row.slug,
    name: row.name,
    url: urls.urlOf(row.slug),
    adminEmail: row.admin_email,
    odooVersion: row.odoo_version,
    bundle: row.bundle,
    plan: toPlan(row.plan),
    organization: toOrganization({ id: row.organization_id, name: row.organization_name }),
    state: row.state,
    stateMessage: row.state_message,
    desiredRunState: row.desired_run_state,
    conditions: row.conditions.map(toCondition),
    placement: row.placement,
    operation: row.operation && toOperation(row.operation),
    operationsUnderWay: row.operations_under_way.map(toOperation),
    actions: buildActions(row),
    createdAt: row.created_at,
    observedAt: row.observed_at,
  };
}

const statuses = { True: "TRUE", False: "FALSE", Unknown: "UNKNOWN" } as const;

/** The API's view of a condition. */
export const toCondition = (condition: KubernetesCondition): Condition => ({
  ...condition,
  status: statuses[condition.status],
  lastTransitionTime: new Date(condition.lastTransitionTime),
});

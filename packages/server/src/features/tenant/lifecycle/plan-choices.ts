import type { RequestContext } from "../../../graphql/request-context.ts";
import type { StrategyThresholds } from "../../../strategy/decide-strategy.ts";
import { findTenant } from "../tenant.repository.ts";
import type { TenantPlanChoice } from "../tenant.type.ts";
import { findPlanFault } from "./change-tenant-plan.ts";

/** Every plan in its order, with what `changeTenantPlan` would say; room on the server is known only then. */
export async function readPlanChoices(
  context: RequestContext,
  tenantId: string,
  thresholds: StrategyThresholds,
): Promise<TenantPlanChoice[]> {
  const [tenant, plans] = await context.inViewerScope(async (transaction) => [
    await findTenant(transaction, tenantId),
    await transaction.selectFrom("plans").selectAll().orderBy("position").execute(),
  ]);
  if (tenant === undefined) return [];
  return plans.map((plan) => {
    const refusal = findPlanFault(tenant, plan, thresholds)?.message ?? "";
    return { planCode: plan.code, isAvailable: refusal === "", refusal };
  });
}

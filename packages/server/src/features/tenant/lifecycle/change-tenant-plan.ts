import type { Selectable } from "kysely";
import type { Viewer } from "../../../core/authentication.ts";
import type { DatabaseTransaction } from "../../../core/ports.ts";
import type { PlansTable } from "../../../database/tables.ts";
import type { StrategyThresholds } from "../../../strategy/decide-strategy.ts";
import { decideForRow } from "../../strategy/strategy-columns.ts";
import type { MutationResult, TenantMutationDeps } from "../create-tenant.ts";
import type { TenantRow } from "../tenant.repository.ts";
import type { Fault } from "../tenant-rules.ts";
import type { ChangeTenantPlanInput } from "./lifecycle.input.ts";
import { type PlannedChange, requestOperation } from "./request-operation.ts";

/** Asks for another plan; its resources follow. The newest request wins. */
export const changeTenantPlan = (
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: ChangeTenantPlanInput,
): Promise<MutationResult> =>
  requestOperation(deps, viewer, {
    kind: "CHANGE_PLAN",
    mutation: "changeTenantPlan",
    input: { ...input },
    plan: (transaction, tenant) =>
      planChange(transaction, tenant, { planCode: input.planCode, thresholds: deps.strategyThresholds }),
  });

const fault = (code: string, message: string): Fault => ({ code, field: "planCode", message });

async function planChange(
  transaction: DatabaseTransaction,
  tenant: TenantRow,
  { planCode, thresholds }: { planCode: string; thresholds: StrategyThresholds },
): Promise<PlannedChange | Fault> {
  const plan = await transaction
    .selectFrom("plans")
    .selectAll()
    .where("code", "=", planCode)
    .executeTakeFirst();
  if (plan === undefined) return fault("PLAN_NOT_AVAILABLE", "There is no such plan.");
  return (
    findPlanFault(tenant, plan, thresholds) ?? {
      change: { plan_id: plan.id },
      details: { planId: plan.id, planName: plan.name, ...findPrevious(tenant, plan) },
    }
  );
}

/** Why a tenant cannot change to a plan; undefined when it can. */
export function findPlanFault(
  tenant: TenantRow,
  plan: Selectable<PlansTable>,
  thresholds: StrategyThresholds,
): Fault | undefined {
  if (plan.id === tenant.plan.id) return fault("UNCHANGED", "It has this plan already.");
  if (!plan.is_available) return fault("PLAN_NOT_AVAILABLE", "This plan cannot be chosen now.");
  const strategyOf = (of: Selectable<PlansTable>) => decideForRow(tenant.strategy, of, thresholds).strategy;
  const strategy = strategyOf(plan);
  if (strategy === (tenant.placement?.strategy ?? strategyOf(tenant.plan))) return undefined;
  return fault(
    "STRATEGY_CHANGE",
    strategy === "DEDICATED"
      ? "This plan needs a database server of its own, and a database cannot be moved yet."
      : "This plan uses a shared database server, and a database cannot be moved yet.",
  );
}

/** Where a cancellation leads back to: the plan that was in force before changes that are still under way. */
function findPrevious(tenant: TenantRow, plan: Selectable<PlansTable>) {
  const details = tenant.operations_under_way.find(({ kind }) => kind === "CHANGE_PLAN")?.details;
  const isBack = details?.previousPlanId === undefined || details.previousPlanId === plan.id;
  return isBack
    ? { previousPlanId: tenant.plan.id, previousPlanName: tenant.plan.name }
    : { previousPlanId: details.previousPlanId!, previousPlanName: details.previousPlanName! };
}

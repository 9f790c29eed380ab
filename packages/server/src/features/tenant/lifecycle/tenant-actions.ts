import type { TenantRow } from "../tenant.repository.ts";
import type { TenantAction } from "../tenant.type.ts";
import { actionKinds, findRefusal, type Situation } from "./lifecycle-rules.ts";

/** What of a tenant decides over its actions. */
export const situationOf = (tenant: TenantRow): Situation => ({
  state: tenant.state,
  desiredRunState: tenant.desired_run_state,
  isDeleting: tenant.deletion_requested_at !== null,
  underWay: tenant.operations_under_way.map(({ kind }) => kind),
});

/** Every action, and why the viewer would be refused, so that nothing is offered in vain. */
export function buildActions(tenant: TenantRow): TenantAction[] {
  const situation = situationOf(tenant);
  return actionKinds.map((kind) => {
    const refusal = tenant.may_change
      ? findRefusal(kind, situation)
      : "Your role in this organization may not change its instances.";
    return { kind, isAvailable: refusal === undefined, refusal: refusal ?? "" };
  });
}

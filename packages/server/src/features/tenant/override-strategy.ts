import { sql } from "kysely";
import type { Viewer } from "../../core/authentication.ts";
import type { DatabaseTransaction } from "../../core/ports.ts";
import { withViewer } from "../../database/pool.ts";
import { decodeIdOf } from "../../graphql/global-id.ts";
import type { StrategyDecision, StrategyThresholds } from "../../strategy/decide-strategy.ts";
import type { OverrideTenantStrategyInput } from "../strategy/strategy.input.ts";
import { decideForRow } from "../strategy/strategy-columns.ts";
import { findOverrideFaults, findSharedSettingsFaults } from "../strategy/strategy-rules.ts";
import type { TenantMutationDeps } from "./create-tenant.ts";
import type { TenantRow } from "./tenant.repository.ts";
import { insertAudit } from "./tenant.writes.ts";
import { getTenant, noSuchTenant } from "./tenant-access.ts";
import type { Fault } from "./tenant-rules.ts";

export type OverrideDeps = Pick<TenantMutationDeps, "database" | "queue" | "changes"> & {
  strategyThresholds: StrategyThresholds;
};

/** Records what an administrator wants, or takes it back; throws NOT_FOUND. Returns the tenant's uuid or faults. */
export async function overrideStrategy(
  deps: OverrideDeps,
  viewer: Viewer,
  input: OverrideTenantStrategyInput,
): Promise<{ tenantId: string } | { faults: Fault[] }> {
  const tenantId = decodeIdOf("Tenant", input.tenantId);
  if (tenantId === undefined) throw noSuchTenant();
  const faults = findOverrideFaults(input.override, "override");
  if (faults.length > 0) return { faults };
  const result = await withViewer(deps.database, viewer, async (transaction) => {
    await getTenant(transaction, tenantId);
    // The queue's row is locked first, as the reconciler does when it chooses a place.
    await deps.queue.request(transaction, `tenant:${tenantId}`);
    const tenant = await getTenant(transaction, tenantId);
    return overrideFound(transaction, { deps, viewer, input, tenant });
  });
  if ("tenantId" in result) deps.changes.publish(`tenant:${tenantId}`);
  return result;
}

interface Override {
  deps: OverrideDeps;
  viewer: Viewer;
  input: OverrideTenantStrategyInput;
  tenant: TenantRow;
}

async function overrideFound(transaction: DatabaseTransaction, change: Override) {
  const { deps, viewer, input, tenant } = change;
  const hasSettings = Object.keys(tenant.strategy.databaseSettings).length > 0;
  const faults = findSharedSettingsFaults(input.override, hasSettings, "override");
  if (faults.length > 0) return { faults };
  const { strategy = null, reason = null } = input.override ?? {};
  const decided = decideInPlace(change, deps.strategyThresholds);
  await sql`select platform.override_strategy(${tenant.id}::uuid, ${strategy}::text, ${reason?.trim() ?? null}::text,
    ${decided && JSON.stringify(decided)}::jsonb)`.execute(transaction);
  await insertAudit(transaction, {
    userId: viewer.userId,
    organizationId: tenant.organization_id,
    action: "tenant.override_strategy",
    target: `tenant:${tenant.id}`,
    details: { strategy, reason, previous: tenant.strategy.override },
  });
  return { tenantId: tenant.id };
}

/** The new decision, where it asks for no move; else the one in force stays, and the API advises. */
function decideInPlace({ input, tenant }: Override, thresholds: StrategyThresholds): StrategyDecision | null {
  const override = input.override
    ? { ...input.override, reason: input.override.reason.trim(), by: null, at: "" }
    : null;
  const decision = decideForRow({ ...tenant.strategy, override }, tenant.plan, thresholds);
  const isInPlace = tenant.placement === null || tenant.placement.strategy === decision.strategy;
  return isInPlace ? decision : null;
}

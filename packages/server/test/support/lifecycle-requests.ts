import { randomUUID } from "node:crypto";
import type { Viewer } from "../../src/core/authentication.ts";
import type { MutationResult, TenantMutationDeps } from "../../src/features/tenant/create-tenant.ts";
import { deleteTenant } from "../../src/features/tenant/delete-tenant.ts";
import { KeyedLock } from "../../src/features/tenant/keyed-lock.ts";
import { cancelOperation } from "../../src/features/tenant/lifecycle/cancel-operation.ts";
import { changeTenantPlan } from "../../src/features/tenant/lifecycle/change-tenant-plan.ts";
import {
  resetAdminPassword,
  restartTenant,
  startTenant,
  stopTenant,
} from "../../src/features/tenant/lifecycle/lifecycle-mutations.ts";
import { encodeGlobalId } from "../../src/graphql/global-id.ts";
import { reconcileQueue } from "../../src/reconciler/queue/requests.ts";
import type { ReconcilerHarness } from "./reconciler-harness.ts";

/** The API's mutations, asked by a platform administrator, on the database of a harness. */
export async function makeLifecycleRequests({ database }: ReconcilerHarness) {
  const viewer = { userId: randomUUID(), platformRole: "admin" } as Viewer;
  await database.owner.insertInto("users").values({ id: viewer.userId, email: "ops@example.com" }).execute();
  const deps = {
    database: database.api,
    queue: reconcileQueue,
    changes: { publish: () => undefined },
    application: { versions: ["19"], hashPassword: async (password: string) => `hash-of-${password}` },
    idempotencySecret: "0123456789abcdef",
    slugLock: new KeyedLock(),
    strategyThresholds: { maxSharedConcurrentUsers: 50, maxSharedDatabaseBytes: 50 * 2 ** 30 },
  } as unknown as TenantMutationDeps;

  const idsOf = async (running: Promise<MutationResult>): Promise<string> => {
    const result = await running;
    if ("faults" in result) throw new Error(JSON.stringify(result.faults));
    return result.ids.operationId!;
  };
  const tenantIdOf = (id: string) => encodeGlobalId("Tenant", id);
  /** Each returns the operation's id; refusals are thrown. */
  return {
    start: (id: string) => idsOf(startTenant(deps, viewer, { tenantId: tenantIdOf(id) })),
    stop: (id: string) => idsOf(stopTenant(deps, viewer, { tenantId: tenantIdOf(id) })),
    restart: (id: string) => idsOf(restartTenant(deps, viewer, { tenantId: tenantIdOf(id) })),
    resetPassword: (id: string, newPassword: string) =>
      idsOf(resetAdminPassword(deps, viewer, { tenantId: tenantIdOf(id), newPassword })),
    changePlan: (id: string, planCode: string) =>
      idsOf(changeTenantPlan(deps, viewer, { tenantId: tenantIdOf(id), planCode })),
    remove: (id: string, confirmation: string) =>
      idsOf(deleteTenant(deps, viewer, { tenantId: tenantIdOf(id), confirmation })),
    cancel: (operationId: string) =>
      idsOf(cancelOperation(deps, viewer, { operationId: encodeGlobalId("Operation", operationId) })),
  };
}

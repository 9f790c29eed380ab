import { randomUUID } from "node:crypto";
import type { Viewer } from "../../core/authentication.ts";
import type { DatabaseTransaction } from "../../core/ports.ts";
import {
  buildKeyedCall,
  findRemembered,
  type KeyedCall,
  rememberOrReplay,
} from "../../database/idempotency.ts";
import { withViewer } from "../../database/pool.ts";
import { decodeIdOf } from "../../graphql/global-id.ts";
import type { MutationResult, TenantMutationDeps } from "./create-tenant.ts";
import type { DeleteTenantInput } from "./tenant.input.ts";
import type { TenantRow } from "./tenant.repository.ts";
import { insertAudit, insertOperation, requestDeletion, supersedeOperations } from "./tenant.writes.ts";
import { assertMayChange, getTenant, noSuchTenant } from "./tenant-access.ts";
import { findIdempotencyKeyFault } from "./tenant-rules.ts";

/** Asks for a tenant's end; asked again, it returns the deletion under way. Throws NOT_FOUND and FORBIDDEN. */
export async function deleteTenant(
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: DeleteTenantInput,
): Promise<MutationResult> {
  const tenantId = decodeIdOf("Tenant", input.tenantId);
  const keyFault = findIdempotencyKeyFault(input.idempotencyKey);
  if (keyFault) return { faults: [keyFault] };
  if (tenantId === undefined) throw noSuchTenant();
  const topics: string[] = [];
  const result = await withViewer(deps.database, viewer, async (transaction) => {
    const call = buildKeyedCall(deps.idempotencySecret, {
      userId: viewer.userId,
      mutation: "deleteTenant",
      input: { ...input },
    });
    const earlier = call && (await findRemembered(transaction, call));
    if (earlier) return { ids: earlier };
    const tenant = await getTenant(transaction, tenantId);
    return deleteFound(transaction, { deps, viewer, input, tenant, call, topics });
  });
  deps.changes.publish(...(topics as `tenant:${string}`[]));
  return result;
}

const mayNotDelete = "Your role in this organization may not delete instances.";

interface Deletion {
  deps: TenantMutationDeps;
  viewer: Viewer;
  input: DeleteTenantInput;
  tenant: TenantRow;
  call: KeyedCall | undefined;
  /** Filled with what to announce after the commit. */
  topics: string[];
}

async function deleteFound(transaction: DatabaseTransaction, deletion: Deletion): Promise<MutationResult> {
  const { deps, viewer, input, tenant, call } = deletion;
  await assertMayChange(transaction, { viewer, tenant }, mayNotDelete);
  if (input.confirmation !== tenant.slug) {
    const message = `Type “${tenant.slug}” to confirm.`;
    return { faults: [{ code: "CONFIRMATION_MISMATCH", field: "confirmation", message }] };
  }
  // The queue's row is locked first, as the reconciler does; so deletions take turns, and nobody deadlocks.
  await deps.queue.request(transaction, `tenant:${tenant.id}`);
  const last = (await getTenant(transaction, tenant.id)).operation;
  const isUnderWay = last?.kind === "DELETE" && last.state !== "FAILED";
  const ids = { tenantId: tenant.id, operationId: isUnderWay ? last.id : randomUUID() };
  const earlier = call && (await rememberOrReplay(transaction, call, ids));
  if (earlier) return { ids: earlier };
  if (!isUnderWay) await writeDeletion(transaction, deletion, ids);
  return { ids };
}

async function writeDeletion(
  transaction: DatabaseTransaction,
  { viewer, tenant, topics }: Deletion,
  { tenantId, operationId }: { tenantId: string; operationId: string },
): Promise<void> {
  const { userId } = viewer;
  const generation = await requestDeletion(transaction, tenantId);
  const superseded = await supersedeOperations(
    transaction,
    tenantId,
    "The deletion of the instance was asked for.",
  );
  await insertOperation(transaction, {
    id: operationId,
    tenantId,
    kind: "DELETE",
    generation,
    userId,
  });
  await insertAudit(transaction, {
    userId,
    organizationId: tenant.organization_id,
    action: "tenant.delete",
    target: `tenant:${tenantId}`,
    details: { slug: tenant.slug },
  });
  topics.push(`tenant:${tenantId}`, ...superseded.map((id) => `operation:${id}`));
}

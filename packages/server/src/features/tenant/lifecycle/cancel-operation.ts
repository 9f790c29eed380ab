import type { Viewer } from "../../../core/authentication.ts";
import { AppError } from "../../../core/errors.ts";
import type { DatabaseTransaction } from "../../../core/ports.ts";
import {
  buildKeyedCall,
  findRemembered,
  type KeyedCall,
  rememberOrReplay,
} from "../../../database/idempotency.ts";
import { withViewer } from "../../../database/pool.ts";
import { decodeIdOf } from "../../../graphql/global-id.ts";
import { findOperation } from "../../operation/operation.repository.ts";
import type { OperationRow } from "../../operation/operation.type.ts";
import { findCancelRefusal } from "../../operation/operation-rules.ts";
import type { MutationResult, TenantMutationDeps } from "../create-tenant.ts";
import { findTenant } from "../tenant.repository.ts";
import { insertAudit } from "../tenant.writes.ts";
import { assertMayChange } from "../tenant-access.ts";
import { findIdempotencyKeyFault } from "../tenant-rules.ts";
import type { CancelOperationInput } from "./lifecycle.input.ts";
import { changeTenant, endOperation } from "./lifecycle.writes.ts";
import { toFaults } from "./refused-error.ts";
import { undo } from "./undo.ts";

interface Cancellation {
  deps: TenantMutationDeps;
  viewer: Viewer;
  operationId: string;
  call: KeyedCall | undefined;
}

/** Takes an operation back where that is safe: what it asked for is unasked. Throws NOT_FOUND and FORBIDDEN. */
export async function cancelOperation(
  deps: TenantMutationDeps,
  viewer: Viewer,
  input: CancelOperationInput,
): Promise<MutationResult> {
  const operationId = decodeIdOf("Operation", input.operationId);
  const keyFault = findIdempotencyKeyFault(input.idempotencyKey);
  if (operationId === undefined) throw notFound();
  if (keyFault) return { faults: [keyFault] };
  const call = buildKeyedCall(deps.idempotencySecret, {
    userId: viewer.userId,
    mutation: "cancelOperation",
    input: { ...input },
  });
  const result = await withViewer(deps.database, viewer, (transaction) =>
    cancelInTransaction(transaction, { deps, viewer, operationId, call }),
  ).catch(toFaults);
  if ("ids" in result) {
    deps.changes.publish(`operation:${operationId}`, `tenant:${result.ids.tenantId!}`);
  }
  return result;
}

const notFound = (): AppError => new AppError("NOT_FOUND", "There is no such operation.");

async function getOperation(transaction: DatabaseTransaction, id: string): Promise<OperationRow> {
  const operation = await findOperation(transaction, id);
  if (operation === undefined) throw notFound();
  return operation;
}

async function cancelInTransaction(
  transaction: DatabaseTransaction,
  { deps, viewer, operationId, call }: Cancellation,
): Promise<MutationResult> {
  const earlier = call && (await findRemembered(transaction, call));
  if (earlier) return { ids: earlier };
  const { tenant_id: tenantId } = await getOperation(transaction, operationId);
  const tenant = await findTenant(transaction, tenantId);
  if (tenant === undefined) throw notFound();
  await assertMayChange(transaction, { viewer, tenant });
  const before = findCancelRefusal(await getOperation(transaction, operationId));
  if (before !== undefined) return refuse(before);
  // From here on the reconciler passes no point of no return of this tenant.
  await deps.queue.request(transaction, `tenant:${tenantId}`);
  const operation = await getOperation(transaction, operationId);
  const refusal = findCancelRefusal(operation);
  if (refusal !== undefined) return refuse(refusal);
  const ids = { tenantId, operationId };
  const remembered = call && (await rememberOrReplay(transaction, call, ids));
  if (remembered) return { ids: remembered };
  await endOperation(transaction, operationId, "It was cancelled.");
  await changeTenant(transaction, tenantId, undo(operation));
  await insertAudit(transaction, {
    userId: viewer.userId,
    organizationId: tenant.organization_id,
    action: "operation.cancel",
    target: `operation:${operationId}`,
    details: { slug: tenant.slug, kind: operation.kind },
  });
  return { ids };
}

const refuse = (message: string): MutationResult => ({
  faults: [{ code: "NOT_CANCELLABLE", field: null, message }],
});

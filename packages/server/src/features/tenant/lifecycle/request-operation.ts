import { randomUUID } from "node:crypto";
import type { Viewer } from "../../../core/authentication.ts";
import type { DatabaseTransaction } from "../../../core/ports.ts";
import {
  buildKeyedCall,
  findRemembered,
  type KeyedCall,
  rememberOrReplay,
} from "../../../database/idempotency.ts";
import { withViewer } from "../../../database/pool.ts";
import type { OperationDetails } from "../../../database/tables.ts";
import { decodeIdOf } from "../../../graphql/global-id.ts";
import type { MutationResult, TenantMutationDeps } from "../create-tenant.ts";
import type { TenantRow } from "../tenant.repository.ts";
import { insertAudit, insertOperation } from "../tenant.writes.ts";
import { assertMayChange, getTenant, noSuchTenant } from "../tenant-access.ts";
import { type Fault, findIdempotencyKeyFault } from "../tenant-rules.ts";
import { changeTenant, endOperations, type TenantChange } from "./lifecycle.writes.ts";
import { type ActionKind, findRefusal, supersededBy, supersedingWords } from "./lifecycle-rules.ts";
import { RefusedError, toFaults } from "./refused-error.ts";
import { situationOf } from "./tenant-actions.ts";

/** What an operation changes of the tenant's row, and what it remembers. */
export interface PlannedChange {
  change: TenantChange;
  details?: OperationDetails;
}

/** One of the mutations that ask something of a tenant. */
export interface OperationRequest {
  kind: ActionKind;
  mutation: string;
  /** As it was given, without its secrets. */
  input: { tenantId: string; idempotencyKey?: string | null; [field: string]: unknown };
  /** Faults of the input itself. */
  faults?: Fault[];
  /** Slow work before the transaction, done only when nothing is refused so far. */
  prepare?: () => Promise<void>;
  /** Called with the tenant as it is, its key held: nothing else changes it meanwhile. */
  plan(transaction: DatabaseTransaction, tenant: TenantRow): Promise<PlannedChange | Fault>;
}

interface Asked {
  deps: TenantMutationDeps;
  viewer: Viewer;
  request: OperationRequest;
  tenantId: string;
  call: KeyedCall | undefined;
}

/** Writes desired state, operation and audit row, and makes the tenant's key due. Throws NOT_FOUND and FORBIDDEN. */
export async function requestOperation(
  deps: TenantMutationDeps,
  viewer: Viewer,
  request: OperationRequest,
): Promise<MutationResult> {
  const { input, mutation } = request;
  const tenantId = decodeIdOf("Tenant", input.tenantId);
  if (tenantId === undefined) throw noSuchTenant();
  const call = buildKeyedCall(deps.idempotencySecret, { userId: viewer.userId, mutation, input });
  const asked: Asked = { deps, viewer, request, tenantId, call };
  try {
    return (await checkFirst(asked)) ?? (await write(asked));
  } catch (error) {
    return toFaults(error);
  }
}

/** Whatever can be told before slow work; undefined when the request may be written. */
async function checkFirst(asked: Asked): Promise<MutationResult | undefined> {
  const { deps, viewer, request } = asked;
  const keyFault = findIdempotencyKeyFault(request.input.idempotencyKey);
  const faults = [...(request.faults ?? []), ...(keyFault ? [keyFault] : [])];
  if (faults.length === 0 && request.prepare === undefined) return undefined;
  const earlier = await withViewer(deps.database, viewer, (transaction) => check(transaction, asked));
  if (earlier) return { ids: earlier };
  if (faults.length > 0) return { faults };
  await request.prepare?.();
  return undefined;
}

/** The tenant, when the viewer may change it and nothing is in the way; or what an earlier call made. */
async function check(transaction: DatabaseTransaction, { call, tenantId, viewer, request }: Asked) {
  const earlier = call && (await findRemembered(transaction, call));
  if (earlier) return earlier;
  const tenant = await getTenant(transaction, tenantId);
  await assertMayChange(transaction, { viewer, tenant });
  assertPossible(request, tenant);
  return undefined;
}

function assertPossible({ kind }: OperationRequest, tenant: TenantRow): void {
  const message = findRefusal(kind, situationOf(tenant));
  if (message !== undefined) throw new RefusedError({ code: "NOT_AVAILABLE", field: null, message });
}

async function write(asked: Asked): Promise<MutationResult> {
  const { deps, viewer, tenantId } = asked;
  const ended: string[] = [];
  const ids = await withViewer(deps.database, viewer, (transaction) =>
    writeInTransaction(transaction, asked, ended),
  );
  deps.changes.publish(`tenant:${tenantId}`, ...ended.map((id) => `operation:${id}` as const));
  return { ids };
}

async function writeInTransaction(transaction: DatabaseTransaction, asked: Asked, ended: string[]) {
  const { deps, viewer, call, tenantId, request } = asked;
  const earlier = call && (await findRemembered(transaction, call));
  if (earlier) return earlier;
  await assertMayChange(transaction, { viewer, tenant: await getTenant(transaction, tenantId) });
  // The queue's row is locked first, as the reconciler does: requests take turns, and nobody deadlocks.
  await deps.queue.request(transaction, `tenant:${tenantId}`);
  const tenant = await getTenant(transaction, tenantId);
  const same = findSame(request, tenant);
  const made = { tenantId, operationId: same ?? randomUUID() };
  const remembered = call && (await rememberOrReplay(transaction, call, made));
  if (remembered) return remembered;
  if (same === undefined) {
    ended.push(...(await writeOperation(transaction, { ...asked, tenant, operationId: made.operationId })));
  }
  return made;
}

const sameWhileUnderWay: ActionKind[] = ["START", "STOP", "RESTART", "ROTATE_CREDENTIALS"];

/** Asked twice while it is under way, these are one operation. */
function findSame({ kind }: OperationRequest, tenant: TenantRow): string | undefined {
  if (!sameWhileUnderWay.includes(kind)) return undefined;
  return tenant.operations_under_way.find((operation) => operation.kind === kind)?.id;
}

async function writeOperation(
  transaction: DatabaseTransaction,
  { viewer, request, tenant, operationId }: Asked & { tenant: TenantRow; operationId: string },
): Promise<string[]> {
  assertPossible(request, tenant);
  const planned = await request.plan(transaction, tenant);
  if ("code" in planned) throw new RefusedError(planned);
  const { userId } = viewer;
  const { kind } = request;
  const ended = await endOperations(transaction, tenant.id, {
    kinds: supersededBy[kind],
    reason: supersedingWords[kind],
  });
  const generation = await changeTenant(transaction, tenant.id, planned.change);
  const isStopped = (planned.change.desired_run_state ?? tenant.desired_run_state) === "STOPPED";
  const details: OperationDetails = { ...(isStopped && { isStopped }), ...planned.details };
  await insertOperation(transaction, {
    id: operationId,
    tenantId: tenant.id,
    kind,
    generation,
    userId,
    details,
  });
  await insertAudit(transaction, {
    userId,
    organizationId: tenant.organization_id,
    action: `tenant.${kind.toLowerCase()}`,
    target: `tenant:${tenant.id}`,
    details: { slug: tenant.slug, ...planned.details },
  });
  return ended;
}

import { K8sError } from "../client/k8s-error.ts";
import { kinds } from "../client/kinds.ts";
import type { DesiredObject, PersistentVolumeClaim } from "../client/shapes.ts";
import type { Caches } from "../reflector/caches.ts";
import { bytes, parseQuantity } from "../resources/quantities.ts";
import type { ConditionInput } from "../tenant/conditions.ts";
import { findCondition } from "../tenant/conditions.ts";
import { namesOf, namespaceOf } from "../tenant/names.ts";
import type { Condition, TenantSpec } from "../tenant/tenant.ts";
import type { ObjectWriter } from "./object-writer.ts";

interface VolumeContext {
  tenant: TenantSpec;
  /** The application's name. */
  application: string;
  caches: Caches;
}

/** What the tenant's volume asks for now; undefined while there is none. */
export function findVolumeBytes({ tenant, application, caches }: VolumeContext): number | undefined {
  const name = namesOf(application).data;
  const claim = caches
    .of<PersistentVolumeClaim>(kinds.PersistentVolumeClaim)
    .find({ name, namespace: namespaceOf(tenant) });
  return parseQuantity(claim?.spec?.resources?.requests?.storage ?? "");
}

/** A volume can grow but not shrink: the tenant with the larger of its plan's size and its volume's. */
export function keepVolumeSize(context: VolumeContext): TenantSpec {
  const { tenant } = context;
  const filesBytes = Math.max(findVolumeBytes(context) ?? 0, tenant.budget.filesBytes);
  return { ...tenant, budget: { ...tenant.budget, filesBytes } };
}

/** Grows the volume where its storage class can; where it cannot, the volume stays as it is. */
export async function ensureClaim(
  writer: ObjectWriter,
  claim: DesiredObject,
  context: VolumeContext,
): Promise<void> {
  const liveBytes = findVolumeBytes(context);
  try {
    await writer.ensure(claim);
  } catch (error) {
    const isRefusal = error instanceof K8sError && (error.isForbidden || error.code === 422);
    if (!isRefusal || liveBytes === undefined || liveBytes >= context.tenant.budget.filesBytes) throw error;
    const { spec } = claim as PersistentVolumeClaim;
    const resources = { requests: { storage: bytes(liveBytes) } };
    await writer.ensure({ ...claim, spec: { ...spec, resources } } as DesiredObject);
  }
}

/** The condition `VolumeSized`: said when the volume is smaller than the plan, and when that is over. */
export function evaluateVolume(context: VolumeContext, previous: Condition[]): ConditionInput | undefined {
  const { tenant } = context;
  const liveBytes = findVolumeBytes(context);
  const isTooSmall = liveBytes !== undefined && liveBytes < tenant.budget.filesBytes;
  if (!isTooSmall && findCondition(previous, "VolumeSized") === undefined) return undefined;
  return {
    type: "VolumeSized",
    status: isTooSmall ? "False" : "True",
    reason: isTooSmall ? "VolumeNotResizable" : "AsPlanned",
    message: isTooSmall
      ? "The volume keeps its size, because its storage class cannot grow volumes: allow volume expansion there."
      : "",
    observedGeneration: tenant.generation,
  };
}

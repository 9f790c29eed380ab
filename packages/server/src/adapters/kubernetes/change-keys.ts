import { isDeepStrictEqual } from "node:util";
import { type KubernetesObject, kinds, labelKeys, type OwnerChange, postgresName } from "@odoo-saas/k8s-core";
import type { ReconcileKey } from "../../core/ports.ts";

/** Kinds whose changes a viewer of a tenant sees at once. */
export const liveKinds = new Set<string>([kinds.Pod.kind]);

// What these report of themselves decides what is done next.
const kindsWithStatus = new Set<string>([
  kinds.Namespace.kind,
  kinds.Pod.kind,
  kinds.Deployment.kind,
  kinds.StatefulSet.kind,
  kinds.Job.kind,
]);

/** The key that answers for an object. */
export function keyOfChange({ tenantId, poolName, object }: OwnerChange): ReconcileKey | undefined {
  const probe = object.metadata.labels?.[labelKeys.probe];
  if (probe !== undefined) return probe === "canary" ? "canary" : `report:${probe}`;
  if (tenantId !== undefined) return `tenant:${tenantId}`;
  return poolName === undefined ? undefined : `pool:${poolName}`;
}

/** False for what nobody would answer: endpoints, and bare status of kinds whose status is not read. */
export function isRelevant({ type, object, previous, tenantId }: OwnerChange): boolean {
  if (object.kind === kinds.EndpointSlice.kind) return isOfDatabaseServer(object, tenantId);
  if (type !== "MODIFIED" || previous === undefined || kindsWithStatus.has(object.kind)) return true;
  return !isDeepStrictEqual(specificationOf(object), specificationOf(previous));
}

const isOfDatabaseServer = ({ metadata }: KubernetesObject, tenantId: string | undefined) =>
  tenantId === undefined || metadata.labels?.["kubernetes.io/service-name"] === postgresName;

function specificationOf({ metadata, status: _, ...rest }: KubernetesObject) {
  const { labels, annotations, deletionTimestamp, uid } = metadata;
  return { ...rest, labels, annotations, deletionTimestamp, uid };
}

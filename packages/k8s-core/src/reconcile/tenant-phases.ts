import { buildRef, kinds } from "../client/kinds.ts";
import type { KubernetesObject, ResourceKind } from "../client/kubernetes-client.ts";
import type { Deployment, DesiredObject, Namespace, PersistentVolumeClaim } from "../client/shapes.ts";
import type { Caches } from "../reflector/caches.ts";
import type { ClusterSettings } from "../resources/cluster-settings.ts";
import { parseQuantity } from "../resources/quantities.ts";
import {
  buildTenantNamespace,
  buildTenantObjects,
  type TenantNamespaceInput,
  type TenantObjects,
  type TenantObjectsInput,
} from "../resources/tenant-objects.ts";
import { labelKeys } from "../tenant/labels.ts";
import { namespaceOf } from "../tenant/names.ts";
import { keepPriorityOfTaken } from "./keep-priority.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { ensureOwnNamespace } from "./own-namespace.ts";
import { done, type Outcome, waitFor } from "./phase.ts";

/** What the Kubernetes phases of a tenant need; a phase of the server may carry more. */
export interface TenantPhaseContext extends TenantObjectsInput {
  caches: Caches;
  writer: ObjectWriter;
}

/** What the namespace's phase needs: it runs before the Secret can be read. */
export interface NamespacePhaseContext extends TenantNamespaceInput {
  settings: ClusterSettings;
  writer: ObjectWriter;
}

// A watch event comes sooner; this is for the case that it is lost.
const recheckMs = 2_000;

const objectsOf = (context: TenantPhaseContext): TenantObjects => buildTenantObjects(context);

/** Creates the namespace and the platform's rights in it; waits while one of that name is still being deleted. */
export async function ensureNamespace(context: NamespacePhaseContext): Promise<Outcome> {
  const { writer, settings } = context;
  const object = await ensureOwnNamespace(writer, buildTenantNamespace(context), settings);
  const isEnding = object.metadata.deletionTimestamp || (object as Namespace).status?.phase === "Terminating";
  return isEnding ? waitFor("The namespace is still being deleted.", recheckMs) : done;
}

/** Network policies, quota and limits, before anything runs. */
export async function ensureIsolation(context: TenantPhaseContext): Promise<Outcome> {
  await context.writer.ensureAll(objectsOf(context).isolation);
  return done;
}

/** The Secret comes before whatever its password is set on. */
export async function ensureSecret(context: TenantPhaseContext): Promise<Outcome> {
  await context.writer.ensure(objectsOf(context).secret);
  return done;
}

/** ConfigMap, volume, Service and Deployment. */
export async function ensureWorkload(context: TenantPhaseContext): Promise<Outcome> {
  const { writer } = context;
  const desired = await Promise.all(objectsOf(context).workload.map((object) => keepSize(writer, object)));
  await writer.ensureAll(desired.map((object) => keepPriority(context, object)));
  return done;
}

/** A running spare that was taken is not restarted for its priority: see `keepPriorityOfTaken`. */
function keepPriority(
  { tenant, settings, caches }: TenantPhaseContext,
  object: DesiredObject,
): DesiredObject {
  const spareClass = settings.priorityClasses?.spare;
  if (object.kind !== kinds.Deployment.kind || tenant.isSpare || spareClass === undefined) return object;
  const live = caches.of<Deployment>(kinds.Deployment).find(buildRef(object));
  return live ? keepPriorityOfTaken(object, live, spareClass) : object;
}

/** A volume can grow but not shrink: the larger of both sizes stays. */
async function keepSize(writer: ObjectWriter, object: DesiredObject): Promise<DesiredObject> {
  if (object.kind !== kinds.PersistentVolumeClaim.kind) return object;
  const { name, namespace = "" } = object.metadata;
  const live = await writer.find<PersistentVolumeClaim>({
    kind: kinds.PersistentVolumeClaim,
    name,
    namespace,
  });
  const storage = live?.spec?.resources?.requests?.storage;
  const claim = object as DesiredObject & PersistentVolumeClaim;
  const wanted = parseQuantity(claim.spec?.resources?.requests?.storage ?? "0") ?? 0;
  if (!storage || (parseQuantity(storage) ?? 0) <= wanted) return object;
  return { ...claim, spec: { ...claim.spec, resources: { requests: { storage } } } } as DesiredObject;
}

/** The Service behind closed paths, then the Ingress. */
export async function ensureRoute(context: TenantPhaseContext): Promise<Outcome> {
  await context.writer.ensureAll(objectsOf(context).route);
  return done;
}

// Never volumes or Secrets: what is lost with them is lost for good.
const prunedKinds: ResourceKind[] = [
  kinds.Ingress,
  kinds.Deployment,
  kinds.Service,
  kinds.ConfigMap,
  kinds.NetworkPolicy,
  kinds.ResourceQuota,
  kinds.LimitRange,
];

/** Removes objects of ours that the tenant no longer wants. */
export async function prune(context: TenantPhaseContext): Promise<Outcome> {
  const { tenant, caches, writer } = context;
  const { isolation, ownServer, workload, route } = objectsOf(context);
  const wanted = new Set(
    [...isolation, ...(ownServer?.workload ?? []), ...workload, ...route].map(nameWithKind),
  );
  const isLeftover = (object: KubernetesObject) =>
    object.metadata.labels?.[labelKeys.tenant] === tenant.id &&
    !object.metadata.deletionTimestamp &&
    !wanted.has(nameWithKind(object));
  for (const kind of prunedKinds) {
    for (const object of caches.of(kind).list(namespaceOf(tenant)).filter(isLeftover)) {
      await writer.remove(object);
    }
  }
  return done;
}

const nameWithKind = ({ kind, metadata }: KubernetesObject) => `${kind}/${metadata.name}`;

import { buildRef, kinds } from "../client/kinds.ts";
import type { KubernetesObject, ResourceKind } from "../client/kubernetes-client.ts";
import type { Deployment, DesiredObject, Namespace } from "../client/shapes.ts";
import type { Caches } from "../reflector/caches.ts";
import type { ClusterSettings } from "../resources/cluster-settings.ts";
import {
  buildTenantNamespace,
  buildTenantObjects,
  type TenantNamespaceInput,
  type TenantObjects,
  type TenantObjectsInput,
} from "../resources/tenant-objects.ts";
import { labelKeys } from "../tenant/labels.ts";
import { namespaceOf } from "../tenant/names.ts";
import { keepLaterRestart } from "./keep-later-restart.ts";
import { keepPriorityOfTaken } from "./keep-priority.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { ensureOwnNamespace } from "./own-namespace.ts";
import { done, type Outcome, waitFor } from "./phase.ts";
import { ensureClaim, keepVolumeSize } from "./volume-size.ts";

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

const objectsOf = (context: TenantPhaseContext): TenantObjects =>
  buildTenantObjects({ ...context, tenant: keepVolumeSize(context) });

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
  await settleAll(
    objectsOf(context).workload.map(async (object) => {
      if (object.kind === kinds.PersistentVolumeClaim.kind) return ensureClaim(writer, object, context);
      await writer.ensure(object.kind === kinds.Deployment.kind ? keepOfLive(context, object) : object);
    }),
  );
  return done;
}

/** Waits for all, so that nothing is still being written when the first failure is thrown. */
async function settleAll(promises: Promise<void>[]): Promise<void> {
  await Promise.allSettled(promises);
  await Promise.all(promises);
}

/** A running spare that was taken is not restarted for its priority, nor what was restarted by hand once more. */
function keepOfLive({ tenant, settings, caches }: TenantPhaseContext, object: DesiredObject): DesiredObject {
  const live = caches.of<Deployment>(kinds.Deployment).find(buildRef(object));
  if (!live) return object;
  const restarted = keepLaterRestart(object, live);
  const spareClass = settings.priorityClasses?.spare;
  return tenant.isSpare || spareClass === undefined
    ? restarted
    : keepPriorityOfTaken(restarted, live, spareClass);
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

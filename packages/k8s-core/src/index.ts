export type * from "./application.ts";
export { K8sError } from "./client/k8s-error.ts";
export { buildRef, getKindOf, kinds } from "./client/kinds.ts";
export type * from "./client/kubernetes-client.ts";
export { type KubernetesClientOptions, makeKubernetesClient } from "./client/make-kubernetes-client.ts";
export type * from "./client/shapes.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { Logger } from "./logger.ts";
export {
  type DeletionContext,
  deleteNamespace,
  findDeletionObstacle,
  stopWorkload,
} from "./reconcile/deletion-phases.ts";
export { findDesiredHash, stampDesiredHash } from "./reconcile/desired-hash.ts";
export { differs, findDifferences } from "./reconcile/differs.ts";
export { ensureCanary } from "./reconcile/ensure-canary.ts";
export { type EvaluateInput, evaluateInstance } from "./reconcile/evaluate-instance.ts";
export { type Evaluation, evaluateJob, evaluatePool, type JobEvaluation } from "./reconcile/evaluate-pool.ts";
export { findControllerProblem, findPodProblem, type Problem } from "./reconcile/find-problem.ts";
export { type ForeignFields, findForeignFields } from "./reconcile/foreign-fields.ts";
export {
  type EnsureResult,
  makeObjectWriter,
  type ObjectWriter,
  type ObjectWriterOptions,
} from "./reconcile/object-writer.ts";
export * from "./reconcile/phase.ts";
export {
  awaitPool,
  ensurePool,
  ensurePoolNamespace,
  type PoolPhaseContext,
} from "./reconcile/pool-phases.ts";
export { runPhases } from "./reconcile/run-phases.ts";
export { awaitServer, ensureServerObjects } from "./reconcile/server-phases.ts";
export { type Snapshot, takeSnapshot } from "./reconcile/snapshot.ts";
export {
  ensureIsolation,
  ensureNamespace,
  ensureRoute,
  ensureSecret,
  ensureWorkload,
  type NamespacePhaseContext,
  prune,
  type TenantPhaseContext,
} from "./reconcile/tenant-phases.ts";
export { evaluateVolume } from "./reconcile/volume-size.ts";
export { type Caches, makeCaches, type OwnerChange } from "./reflector/caches.ts";
export { makeReflector } from "./reflector/make-reflector.ts";
export type { Change } from "./reflector/reduce-watch-event.ts";
export type { Reflector, ReflectorOptions } from "./reflector/reflector.ts";
export { canaryNamespace } from "./resources/canary-objects.ts";
export type { ClusterSettings } from "./resources/cluster-settings.ts";
export { buildJobObjects, type JobInput } from "./resources/job.ts";
export type { Place } from "./resources/place.ts";
export {
  buildPoolObjects,
  type PoolObjectsInput,
  placeOfPool,
  poolPasswordKey,
} from "./resources/pool-objects.ts";
export type { PostgresSize } from "./resources/postgres-container.ts";
export {
  type PostgresServerInput,
  type PostgresServerObjects,
  placeOfDedicatedServer,
} from "./resources/postgres-server.ts";
export {
  buildAdmissionSample,
  buildProbeJob,
  type ProbeJobInput,
  probeResultPath,
} from "./resources/probe-job.ts";
export {
  buildTenantIsolation,
  buildTenantNamespace,
  buildTenantObjects,
  type TenantIsolationInput,
  type TenantObjectsInput,
} from "./resources/tenant-objects.ts";
export {
  computeTenantState,
  findCondition,
  setCondition,
  type TenantStateInput,
} from "./tenant/conditions.ts";
export { isProbe, labelKeys, managedBySelector, type Owner, platformName } from "./tenant/labels.ts";
export { namesOf, namespaceOf, postgresName, postgresPort } from "./tenant/names.ts";
export type * from "./tenant/tenant.ts";

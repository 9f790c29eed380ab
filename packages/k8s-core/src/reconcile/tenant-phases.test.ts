import { expect, it } from "vitest";
import { K8sError } from "../client/k8s-error.ts";
import { kinds } from "../client/kinds.ts";
import type { KubernetesObject } from "../client/kubernetes-client.ts";
import { FakeCluster } from "../testing/fake-cluster.ts";
import { sampleTenantInput } from "../testing/samples.ts";
import { deleteNamespace, stopWorkload } from "./deletion-phases.ts";
import { makeObjectWriter } from "./object-writer.ts";
import type { Phase } from "./phase.ts";
import { runPhases } from "./run-phases.ts";
import * as phases from "./tenant-phases.ts";
import { evaluateVolume } from "./volume-size.ts";

const sequence: Phase<phases.TenantPhaseContext>[] = [
  phases.ensureNamespace,
  phases.ensureIsolation,
  phases.ensureSecret,
  phases.ensureWorkload,
  phases.ensureRoute,
  phases.prune,
].map((run) => ({ name: run.name, run }));

const namespace = "tenant-7f6b2f0e-0000-4000-8000-000000000001";

function setUp(overrides: Partial<phases.TenantPhaseContext> = {}) {
  const cluster = new FakeCluster();
  const newContext = (more: Partial<phases.TenantPhaseContext> = {}) => ({
    ...sampleTenantInput(),
    caches: cluster.caches,
    writer: makeObjectWriter({ client: cluster, caches: cluster.caches, guard: () => undefined }),
    ...overrides,
    ...more,
  });
  return { cluster, newContext };
}

it("makes every object of a tenant, and writes nothing when all is as it should be", async () => {
  const { cluster, newContext } = setUp();
  expect(await runPhases(sequence, newContext())).toEqual({ kind: "done" });
  const made = [...cluster.objects.values()].map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(made.toSorted()).toEqual([
    "ConfigMap/shop",
    "Deployment/shop",
    "Ingress/shop",
    "LimitRange/tenant",
    `Namespace/${namespace}`,
    ...["database", "dns", "ingress-controller", "internet", "same-namespace"].map(
      (name) => `NetworkPolicy/allow-${name}`,
    ),
    "NetworkPolicy/default-deny",
    "PersistentVolumeClaim/shop-data",
    "ResourceQuota/tenant",
    "Secret/shop",
    "Service/blocked",
    "Service/shop",
  ]);
  const again = newContext();
  await runPhases(sequence, again);
  expect(again.writer.writes).toBe(0);
});

it("brings back what somebody deleted, and nothing else", async () => {
  const { cluster, newContext } = setUp();
  await runPhases(sequence, newContext());
  const ref = { kind: kinds.NetworkPolicy, namespace, name: "default-deny" };
  await cluster.delete(ref);
  cluster.sync();
  const again = newContext();
  await runPhases(sequence, again);
  expect(again.writer.writes).toBe(1);
  expect(await cluster.find(ref)).toBeDefined();
});

it("removes objects of the tenant that it no longer wants, but no one else's and no volume", async () => {
  const { cluster, newContext } = setUp();
  const labels = { "saas-kit/tenant": "7f6b2f0e-0000-4000-8000-000000000001" };
  const leftover = { apiVersion: "v1", metadata: { name: "old", namespace, labels } };
  cluster.put({ ...leftover, kind: "Service" });
  cluster.put({ ...leftover, kind: "PersistentVolumeClaim" });
  cluster.put({ ...leftover, kind: "ConfigMap", metadata: { name: "kube-root-ca.crt", namespace } });
  cluster.sync();
  await runPhases(sequence, newContext());
  expect(cluster.calls.filter((call) => call.startsWith("delete"))).toEqual(["delete Service/old"]);
});

it("keeps a volume that is larger than the plan", async () => {
  const { cluster, newContext } = setUp();
  await runPhases(sequence, newContext());
  const tenant = { ...sampleTenantInput().tenant };
  const smaller = newContext({ tenant: { ...tenant, budget: { ...tenant.budget, filesBytes: 2 ** 30 } } });
  await runPhases(sequence, smaller);
  const claim = await cluster.find({ kind: kinds.PersistentVolumeClaim, namespace, name: "shop-data" });
  expect(claim?.spec).toMatchObject({ resources: { requests: { storage: String(5 * 2 ** 30) } } });
});

it("lets quota and limits follow a volume that is larger than the plan", async () => {
  const { cluster, newContext } = setUp();
  await runPhases(sequence, newContext());
  const tenant = { ...sampleTenantInput().tenant };
  await runPhases(
    sequence,
    newContext({ tenant: { ...tenant, budget: { ...tenant.budget, filesBytes: 2 ** 30 } } }),
  );
  const [quota, range] = await Promise.all(
    [kinds.ResourceQuota, kinds.LimitRange].map((kind) => cluster.find({ kind, namespace, name: "tenant" })),
  );
  const storage = String(5 * 2 ** 30);
  expect(quota?.spec).toMatchObject({ hard: { "requests.storage": storage } });
  expect(range?.spec).toMatchObject({ limits: [{}, { max: { storage } }] });
});

it("goes on with the volume as it is where its storage class cannot grow it, and says so", async () => {
  const { cluster, newContext } = setUp();
  await runPhases(sequence, newContext());
  const { tenant } = sampleTenantInput();
  const filesBytes = 10 * 2 ** 30;
  const context = newContext({ tenant: { ...tenant, budget: { ...tenant.budget, filesBytes, workers: 2 } } });
  const apply = cluster.apply.bind(cluster);
  cluster.apply = async (object) => {
    const isGrowth = JSON.stringify(object).includes(String(filesBytes));
    if (object.kind !== "PersistentVolumeClaim" || !isGrowth) return apply(object);
    throw new K8sError({ code: 403, reason: "Forbidden", message: "the storageclass must support resize" });
  };
  expect(await runPhases(sequence, context)).toEqual({ kind: "done" });
  const volume = evaluateVolume(context, []);
  expect(volume).toMatchObject({ type: "VolumeSized", status: "False", reason: "VolumeNotResizable" });
  // Once the plan is smaller again the condition is taken back, and never said without a cause.
  const before = [{ ...volume!, lastTransitionTime: "2026-01-01T00:00:00Z" }];
  expect(evaluateVolume(newContext(), before)).toMatchObject({ status: "True", reason: "AsPlanned" });
  expect(evaluateVolume(newContext(), [])).toBeUndefined();
});

it("another refusal of the volume is not taken for one of its growth", async () => {
  const { cluster, newContext } = setUp();
  cluster.apply = async () => {
    throw new K8sError({ code: 403, reason: "Forbidden", message: "exceeded quota" });
  };
  await expect(phases.ensureWorkload(newContext())).rejects.toThrow("exceeded quota");
});

it("restarts the pods by kubectl's own annotation, and leaves a later restart by hand alone", async () => {
  const { cluster, newContext } = setUp();
  const annotation = "kubectl.kubernetes.io/restartedAt";
  const ref = { kind: kinds.Deployment, namespace, name: "shop" };
  interface Restartable extends KubernetesObject {
    spec: { template: { metadata: { annotations: Record<string, string> } } };
  }
  const annotationsOf = async () =>
    (await cluster.find<Restartable>(ref))!.spec.template.metadata.annotations;
  const { tenant } = sampleTenantInput();
  const context = { tenant: { ...tenant, restartedAt: "2026-01-02T00:00:00.000Z" } };
  await runPhases(sequence, newContext());
  expect(await annotationsOf()).not.toHaveProperty([annotation]);
  await runPhases(sequence, newContext(context));
  expect(await annotationsOf()).toMatchObject({ [annotation]: "2026-01-02T00:00:00.000Z" });
  const live = (await cluster.find<Restartable>(ref))!;
  const byHand = { ...(await annotationsOf()), [annotation]: "2026-01-03T00:00:00Z" };
  const template = {
    ...live.spec.template,
    metadata: { ...live.spec.template.metadata, annotations: byHand },
  };
  cluster.put({ ...live, spec: { ...live.spec, template } } as KubernetesObject, live.metadata.uid);
  cluster.sync();
  await runPhases(sequence, newContext(context));
  expect(await annotationsOf()).toMatchObject({ [annotation]: "2026-01-03T00:00:00Z" });
});

it("waits while a namespace of that name is still being deleted", async () => {
  const { cluster, newContext } = setUp();
  await phases.ensureNamespace(newContext());
  const live = [...cluster.objects.values()][0]!;
  cluster.put(
    { ...live, metadata: { ...live.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
    live.metadata.uid,
  );
  cluster.sync();
  expect(await runPhases(sequence, newContext())).toMatchObject({ kind: "wait" });
  expect(cluster.objects.size).toBe(1);
});

it("stops the workload before it deletes the namespace, and ends when the API says it is gone", async () => {
  const { cluster, newContext } = setUp();
  const context = newContext();
  await runPhases(sequence, context);
  cluster.put({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace } });
  cluster.sync();
  const deletion = { namespace, client: cluster, caches: cluster.caches, writer: context.writer };
  expect(await stopWorkload(deletion)).toMatchObject({ kind: "wait" });
  await cluster.delete({ kind: kinds.Pod, namespace, name: "p" });
  cluster.sync();
  expect(await stopWorkload(deletion)).toEqual({ kind: "done" });
  expect(await deleteNamespace(deletion)).toMatchObject({ kind: "wait" });
  cluster.sync();
  expect(await deleteNamespace(deletion)).toEqual({ kind: "done" });
});

it("does not wait for the tenant's own database server, which goes with the namespace", async () => {
  const { cluster, newContext } = setUp();
  const context = newContext();
  await runPhases(sequence, context);
  const labels = { "app.kubernetes.io/component": "database" };
  cluster.put({ apiVersion: "v1", kind: "Pod", metadata: { name: "postgres-0", namespace, labels } });
  cluster.sync();
  const deletion = { namespace, client: cluster, caches: cluster.caches, writer: context.writer };
  await stopWorkload(deletion);
  cluster.sync();
  expect(await stopWorkload(deletion)).toEqual({ kind: "done" });
});

import { randomUUID } from "node:crypto";
import {
  K8sError,
  type KubernetesClient,
  type KubernetesObject,
  kinds,
  type ListOptions,
  type ObjectRef,
  type ResourceKind,
  type WatchEvent,
} from "@odoo-saas/k8s-core";

interface Watcher {
  kind: string;
  push(event: WatchEvent<KubernetesObject>): void;
}

/** What the test's cluster does by itself. */
export interface MemoryKubernetesOptions {
  /** Called after each write with the written object; what it throws reaches the writer, though the write stays. */
  afterWrite?: (object: KubernetesObject) => void;
  /** Admission: what it throws refuses a creation that is only tried. */
  onDryRun?: (object: KubernetesObject) => void;
  /** The controllers: called after an object was created. */
  onCreated?: (object: KubernetesObject, cluster: MemoryKubernetes) => void | Promise<void>;
}

export interface MemoryKubernetes extends KubernetesClient {
  writes: string[];
  /** As somebody else would: not counted. */
  put(object: KubernetesObject): KubernetesObject;
  remove(kind: ResourceKind, namespace: string, name: string): void;
  all(namespace: string): KubernetesObject[];
  get<T extends KubernetesObject>(kind: ResourceKind, namespace: string, name: string): T | undefined;
  dispose(): void;
}

/** A Kubernetes API in memory: resourceVersions and their conflicts, watches, namespaces with what is in them. */
export function makeMemoryKubernetes(options: MemoryKubernetesOptions = {}): MemoryKubernetes {
  const objects = new Map<string, KubernetesObject>();
  const watchers = new Set<Watcher>();
  const stop = new AbortController();
  let version = 100;
  const keyOf = (kind: string, namespace: string | undefined, name: string) =>
    `${kind}/${namespace ?? ""}/${name}`;
  const keyOfObject = ({ kind, metadata }: KubernetesObject) =>
    keyOf(kind, metadata.namespace, metadata.name);
  const tell = (type: "ADDED" | "MODIFIED" | "DELETED", object: KubernetesObject) => {
    for (const watcher of watchers) if (watcher.kind === object.kind) watcher.push({ type, object });
  };

  const put = (object: KubernetesObject): KubernetesObject => {
    const previous = objects.get(keyOfObject(object));
    version += 1;
    const stored: KubernetesObject = {
      ...previous,
      ...object,
      metadata: {
        uid: previous?.metadata.uid ?? randomUUID(),
        creationTimestamp: previous?.metadata.creationTimestamp ?? new Date().toISOString(),
        ...object.metadata,
        generation: 1,
        resourceVersion: String(version),
      },
    };
    objects.set(keyOfObject(stored), stored);
    tell(previous ? "MODIFIED" : "ADDED", stored);
    if (!previous) void options.onCreated?.(stored, cluster);
    return stored;
  };
  const drop = (object: KubernetesObject) => {
    if (!objects.delete(keyOfObject(object))) return;
    version += 1;
    const gone = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    tell("DELETED", gone);
    const owned = (candidate: KubernetesObject) =>
      object.kind === "Namespace"
        ? candidate.metadata.namespace === object.metadata.name
        : candidate.metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid);
    for (const candidate of [...objects.values()].filter(owned)) drop(candidate);
  };
  // A namespace with finalizers stays until somebody removes them.
  const dropWhenFree = (object: KubernetesObject) => {
    const live = objects.get(keyOfObject(object));
    if (live?.metadata.finalizers?.length) setTimeout(() => dropWhenFree(object), 20);
    else drop(object);
  };
  const written = (object: KubernetesObject) => {
    const { namespace, name } = object.metadata;
    cluster.writes.push(`${object.kind} ${namespace ? `${namespace}/` : ""}${name}`);
    options.afterWrite?.(object);
  };

  const cluster: MemoryKubernetes = {
    server: new URL("https://kubernetes.test:6443"),
    writes: [],
    put,
    remove(kind, namespace, name) {
      const found = objects.get(keyOf(kind.kind, namespace, name));
      if (found) drop(found);
    },
    all: (namespace) => [...objects.values()].filter(({ metadata }) => metadata.namespace === namespace),
    get: <T extends KubernetesObject>(kind: ResourceKind, namespace: string, name: string) =>
      objects.get(keyOf(kind.kind, kind.isNamespaced ? namespace : undefined, name)) as T | undefined,
    find: async <T extends KubernetesObject>({ kind, namespace, name }: ObjectRef) =>
      objects.get(keyOf(kind.kind, namespace, name)) as T | undefined,
    list: async <T extends KubernetesObject>(kind: ResourceKind, { namespace }: ListOptions = {}) => ({
      resourceVersion: String(version),
      items: [...objects.values()].filter(
        (object) =>
          object.kind === kind.kind && (namespace === undefined || object.metadata.namespace === namespace),
      ) as T[],
    }),
    watch: <T extends KubernetesObject>(
      kind: ResourceKind,
      { signal, onOpen }: Parameters<KubernetesClient["watch"]>[1],
    ) => {
      const queue: WatchEvent<KubernetesObject>[] = [];
      let wake = () => {};
      const watcher: Watcher = {
        kind: kind.kind,
        push: (event) => {
          queue.push(event);
          wake();
        },
      };
      watchers.add(watcher);
      const ended = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
      return (async function* () {
        onOpen?.();
        while (!ended.aborted) {
          while (queue.length > 0) yield queue.shift() as WatchEvent<T>;
          await new Promise<void>((resolve) => {
            wake = resolve;
            ended.addEventListener("abort", () => resolve(), { once: true });
            if (queue.length > 0) resolve();
          });
        }
        watchers.delete(watcher);
      })();
    },
    ping: async () => undefined,
    async apply<T extends KubernetesObject>(object: KubernetesObject) {
      const previous = objects.get(keyOfObject(object));
      const { namespace, resourceVersion } = object.metadata;
      if (namespace && !objects.has(keyOf("Namespace", undefined, namespace))) {
        throw new K8sError({ code: 404, reason: "NotFound", message: `namespaces "${namespace}" not found` });
      }
      if (resourceVersion !== undefined && resourceVersion !== previous?.metadata.resourceVersion) {
        throw new K8sError({ code: 409, reason: "Conflict", message: "the object has been modified" });
      }
      const stored = put(object);
      written(stored);
      return stored as T;
    },
    async delete(ref) {
      const found = objects.get(keyOf(ref.kind.kind, ref.namespace, ref.name));
      if (!found) return false;
      if (found.kind === "Namespace") {
        put({ ...found, metadata: { ...found.metadata, deletionTimestamp: new Date().toISOString() } });
        setTimeout(() => dropWhenFree(found), 20);
      } else drop(found);
      written(found);
      return true;
    },
    dryRun: async (object) => options.onDryRun?.(object),
    readLog: async () => "the end of the log",
    dispose: () => stop.abort(),
  };
  return cluster;
}

/** What a Deployment's controller does when it is scaled: no replica, no pod. */
export function followScale(object: KubernetesObject, cluster: MemoryKubernetes): void {
  const { namespace = "", name } = object.metadata;
  if (cluster.get(kinds.Deployment, namespace, name) === undefined) return; // it was deleted
  const isRunning = (object.spec as { replicas?: number }).replicas !== 0;
  const hasPod = cluster.get(kinds.Pod, namespace, `${name}-0`) !== undefined;
  if (isRunning && !hasPod) reportReady(object, cluster);
  if (isRunning || !hasPod) return;
  cluster.remove(kinds.Pod, namespace, `${name}-0`);
  cluster.put({ ...object, status: { observedGeneration: 1, replicas: 0 } });
}

/** A running Deployment's pod and status, a ready StatefulSet, and a Service's endpoints at `address`. */
export function reportReady(
  object: KubernetesObject,
  cluster: MemoryKubernetes,
  address?: { host: string; port: number },
): void {
  const { namespace = "", name, labels = {}, uid = "" } = object.metadata;
  const owner = { apiVersion: object.apiVersion, kind: object.kind, name, uid };
  const template = (
    object.spec as { template?: { metadata?: { labels?: Record<string, string> }; spec?: object } }
  ).template;
  cluster.put({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${name}-0`,
      namespace,
      labels: template?.metadata?.labels ?? labels,
      ownerReferences: [owner],
    },
    spec: { ...template?.spec, nodeName: "node-1" },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  });
  const status = {
    observedGeneration: 1,
    replicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
    readyReplicas: 1,
  };
  cluster.put({ ...object, status });
  if (address === undefined) return;
  cluster.put({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${name}-1`, namespace, labels: { ...labels, "kubernetes.io/service-name": name } },
    endpoints: [{ addresses: [address.host], conditions: { ready: true } }],
    ports: [{ port: address.port }],
  });
}

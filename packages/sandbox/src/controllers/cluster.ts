import type { ApiClient } from "../client/api-client.ts";
import type {
  Deployment,
  EndpointSlice,
  Job,
  KubeObject,
  Lease,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicaSet,
  Service,
  StatefulSet,
  StorageClass,
} from "../client/kube-types.ts";
import type { Log } from "../client/log.ts";
import { makeEventRecorder, type RecordEvent } from "./event-recorder.ts";
import { makeResource, type Resource } from "./resource.ts";
import { makeWorkQueue, type WorkQueue, type WorkQueueOptions } from "./work-queue.ts";

export interface ClusterOptions {
  client: ApiClient;
  log: Log;
  nowMs(): number;
}

/** What all controllers share: the caches, the writes and the clock. */
export function makeCluster({ client, log, nowMs }: ClusterOptions) {
  const all: Resource<KubeObject>[] = [];
  const follow = <T extends KubeObject>(apiVersion: string, kind: string, plural: string): Resource<T> => {
    const resource = makeResource<T>({ client, log, apiVersion, kind, plural });
    all.push(resource as unknown as Resource<KubeObject>);
    return resource;
  };
  const recorder = (component: string): RecordEvent => makeEventRecorder({ client, component, log, nowMs });
  const resources = {
    deployments: follow<Deployment>("apps/v1", "Deployment", "deployments"),
    replicaSets: follow<ReplicaSet>("apps/v1", "ReplicaSet", "replicasets"),
    statefulSets: follow<StatefulSet>("apps/v1", "StatefulSet", "statefulsets"),
    jobs: follow<Job>("batch/v1", "Job", "jobs"),
    pods: follow<Pod>("v1", "Pod", "pods"),
    services: follow<Service>("v1", "Service", "services"),
    endpointSlices: follow<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice", "endpointslices"),
    nodes: follow<Node>("v1", "Node", "nodes"),
    leases: follow<Lease>("coordination.k8s.io/v1", "Lease", "leases"),
    claims: follow<PersistentVolumeClaim>("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    volumes: follow<PersistentVolume>("v1", "PersistentVolume", "persistentvolumes"),
    storageClasses: follow<StorageClass>("storage.k8s.io/v1", "StorageClass", "storageclasses"),
  };
  const synced = Promise.all(all.map((resource) => resource.synced));
  const makeQueue = (
    name: string,
    reconcile: WorkQueueOptions["reconcile"],
    parallelKeys?: number,
  ): WorkQueue =>
    makeWorkQueue({
      name,
      log,
      reconcile: (key) => synced.then(() => reconcile(key)),
      ...(parallelKeys ? { parallelKeys } : {}),
    });
  return {
    ...resources,
    client,
    log,
    nowMs,
    recorder,
    /** A queue that decides nothing before every cache has its first list. */
    makeQueue,
    synced,
    dispose(): void {
      for (const resource of all) resource.dispose();
    },
  };
}

export type Cluster = ReturnType<typeof makeCluster>;

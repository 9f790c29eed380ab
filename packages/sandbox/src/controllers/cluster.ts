import type { ApiClient } from "../client/api-client.ts";
import { makeEventRecorder, type RecordEvent } from "../client/event-recorder.ts";
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
import { makeResource, type Resource } from "./resource.ts";
import { makeWorkQueue, type WorkQueue, type WorkQueueOptions } from "./work-queue.ts";

export interface ClusterOptions {
  client: ApiClient;
  log: Log;
  nowMs(): number;
}

/** What all controllers share: the caches (each from its first use on), the writes and the clock. */
export function makeCluster({ client, log, nowMs }: ClusterOptions) {
  const followed = new Map<string, Resource<KubeObject>>();
  const follow = <T extends KubeObject>(apiVersion: string, kind: string, plural: string): Resource<T> => {
    const known = followed.get(plural) as unknown as Resource<T> | undefined;
    if (known) return known;
    const resource = makeResource<T>({ client, log, apiVersion, kind, plural });
    followed.set(plural, resource as unknown as Resource<KubeObject>);
    return resource;
  };
  const sync = () => Promise.all([...followed.values()].map((resource) => resource.synced));
  return {
    ...{ client, log, nowMs, sync },
    get deployments() {
      return follow<Deployment>("apps/v1", "Deployment", "deployments");
    },
    get replicaSets() {
      return follow<ReplicaSet>("apps/v1", "ReplicaSet", "replicasets");
    },
    get statefulSets() {
      return follow<StatefulSet>("apps/v1", "StatefulSet", "statefulsets");
    },
    get jobs() {
      return follow<Job>("batch/v1", "Job", "jobs");
    },
    get pods() {
      return follow<Pod>("v1", "Pod", "pods");
    },
    get services() {
      return follow<Service>("v1", "Service", "services");
    },
    get endpointSlices() {
      return follow<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice", "endpointslices");
    },
    get nodes() {
      return follow<Node>("v1", "Node", "nodes");
    },
    get leases() {
      return follow<Lease>("coordination.k8s.io/v1", "Lease", "leases");
    },
    get claims() {
      return follow<PersistentVolumeClaim>("v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    },
    get volumes() {
      return follow<PersistentVolume>("v1", "PersistentVolume", "persistentvolumes");
    },
    get storageClasses() {
      return follow<StorageClass>("storage.k8s.io/v1", "StorageClass", "storageclasses");
    },
    recorder: (component: string): RecordEvent => makeEventRecorder({ client, component, log, nowMs }),
    /** A queue that decides nothing before every cache has its first list. */
    makeQueue(name: string, reconcile: WorkQueueOptions["reconcile"], parallelKeys?: number): WorkQueue {
      return makeWorkQueue({
        ...{ name, log },
        reconcile: (key) => sync().then(() => reconcile(key)),
        ...(parallelKeys ? { parallelKeys } : {}),
      });
    },
    dispose(): void {
      for (const resource of followed.values()) resource.dispose();
    },
  };
}

export type Cluster = ReturnType<typeof makeCluster>;

import { K8sError } from "../client/k8s-error.ts";
import { kinds } from "../client/kinds.ts";
import type { KubernetesClient, KubernetesObject, ResourceKind } from "../client/kubernetes-client.ts";
import { systemClock } from "../clock.ts";
import { labelKeys, managedBySelector } from "../tenant/labels.ts";
import { makeHeartbeat } from "./heartbeat.ts";
import { makeReflector } from "./make-reflector.ts";
import type { Change } from "./reduce-watch-event.ts";
import type { Reflector, ReflectorOptions } from "./reflector.ts";

/** Every kind that is watched: all but Secrets, which are only read by name. */
const watchedKinds: ResourceKind[] = [
  kinds.Namespace,
  kinds.ConfigMap,
  kinds.LimitRange,
  kinds.PersistentVolumeClaim,
  kinds.Pod,
  kinds.ResourceQuota,
  kinds.Service,
  kinds.Deployment,
  kinds.StatefulSet,
  kinds.Job,
  kinds.EndpointSlice,
  kinds.Ingress,
  kinds.NetworkPolicy,
];

/** Whose object changed, from its labels. */
export interface OwnerChange extends Change {
  tenantId: string | undefined;
  poolName: string | undefined;
}

/** One reflector per watched kind, over all objects of the platform in the cluster. */
export interface Caches {
  /** Throws for a kind that is not watched. */
  of<T extends KubernetesObject>(kind: ResourceKind): Reflector<T>;
  isWatched(kind: ResourceKind): boolean;
  hasSynced(): boolean;
  waitForSync(signal?: AbortSignal): Promise<void>;
  /** The oldest observation of all kinds; null before the first. */
  observedAt(): Date | null;
  isStale(nowMs?: number): boolean;
  /** Whether a watch of any kind is open: without one nothing can be done in the cluster either. */
  isConnected(): boolean;
  /** Changes of every kind, with the tenant or pool they belong to. */
  onChange(listener: (change: OwnerChange) => void): () => void;
  dispose(): Promise<void>;
}

export interface CachesOptions extends Omit<ReflectorOptions, "kind" | "labelSelector"> {
  client: Pick<KubernetesClient, "list" | "watch" | "ping">;
}

/** Starts a reflector for each watched kind, and a heartbeat that tells them when the API server is lost or back. */
export function makeCaches(options: CachesOptions): Caches {
  const reflectors = new Map<string, Reflector>(
    watchedKinds.map((kind) => [
      kind.kind,
      makeReflector({ ...options, kind, labelSelector: managedBySelector }),
    ]),
  );
  const all = [...reflectors.values()];
  const { client, clock = systemClock, log } = options;
  const heartbeat = makeHeartbeat({
    ping: client.ping,
    onLost() {
      const reason = new K8sError({ reason: "Silence", message: "the API server does not answer" });
      for (const reflector of all) reflector.reconnect(reason);
    },
    onBack() {
      for (const reflector of all) reflector.retryNow();
    },
    clock,
    ...(log && { log }),
  });

  return {
    of<T extends KubernetesObject>(kind: ResourceKind) {
      const reflector = reflectors.get(kind.kind);
      if (!reflector) throw new Error(`${kind.kind} is not watched`);
      return reflector as unknown as Reflector<T>;
    },
    isWatched: (kind) => reflectors.has(kind.kind),
    hasSynced: () => all.every((reflector) => reflector.hasSynced()),
    async waitForSync(signal) {
      await Promise.all(all.map((reflector) => reflector.waitForSync(signal)));
    },
    observedAt() {
      const times = all.map((reflector) => reflector.observedAt()?.getTime() ?? Number.NEGATIVE_INFINITY);
      const oldest = Math.min(...times);
      return Number.isFinite(oldest) ? new Date(oldest) : null;
    },
    isStale: (nowMs) => all.some((reflector) => reflector.isStale(nowMs)),
    isConnected: () => all.some((reflector) => reflector.isConnected()),
    onChange(listener) {
      const unsubscribes = all.map((reflector) => reflector.onChange((change) => listener(ownerOf(change))));
      return () => {
        for (const unsubscribe of unsubscribes) unsubscribe();
      };
    },
    async dispose() {
      heartbeat.dispose();
      await Promise.all(all.map((reflector) => reflector.dispose()));
    },
  };
}

function ownerOf(change: Change): OwnerChange {
  const labels = change.object.metadata.labels ?? {};
  return { ...change, tenantId: labels[labelKeys.tenant], poolName: labels[labelKeys.pool] };
}

import type { K8sError } from "../client/k8s-error.ts";
import type { KubernetesClient, KubernetesObject, ResourceKind } from "../client/kubernetes-client.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { ObjectKey } from "./object-store.ts";
import type { Change } from "./reduce-watch-event.ts";

export interface ReflectorOptions {
  client: Pick<KubernetesClient, "list" | "watch">;
  kind: ResourceKind;
  labelSelector?: string;
  /** A watch that brings neither event nor bookmark for this long is given up. */
  silenceMs?: number; // 90 s; API servers send a bookmark about every minute
  /** A watch that is not accepted within this time is given up. */
  openMs?: number; // 10 s
  /** Without a working watch for this long the cache is stale. */
  staleAfterMs?: number; // 10 s
  log?: Logger;
  clock?: Clock;
  random?: () => number;
}

export type ChangeListener<T extends KubernetesObject> = (change: Change<T>) => void;

/** A cache of one kind that follows the cluster and survives whatever happens to the connection. */
export interface Reflector<T extends KubernetesObject = KubernetesObject> {
  readonly kind: ResourceKind;
  find(key: ObjectKey): T | undefined;
  list(namespace?: string): T[];
  /** True once the cache has been filled for the first time. */
  hasSynced(): boolean;
  waitForSync(signal?: AbortSignal): Promise<void>;
  /** When the cluster was last heard of: a list, an event or a bookmark. */
  observedAt(): Date | null;
  isStale(nowMs?: number): boolean;
  /** Whether a watch is open. */
  isConnected(): boolean;
  /** The API server is known to be back: tries again at once instead of after the back-off. */
  retryNow(): void;
  /** Called after the cache has changed; what a listener throws is logged. Returns the unsubscribe function. */
  onChange(listener: ChangeListener<T>): () => void;
  /** Takes in the result of a write of ours, so that no decision rests on a cache that is behind. */
  remember(object: T): void;
  /** Takes in that an object is gone. */
  forget(key: ObjectKey): void;
  /** Gives up the connection it has and makes another one. */
  reconnect(reason: K8sError): void;
  dispose(): Promise<void>;
}

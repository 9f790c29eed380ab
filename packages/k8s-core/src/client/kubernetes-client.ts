/** Any Kubernetes object as the API sends it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  finalizers?: string[];
  managedFields?: unknown[];
}

/** Where a kind lives in the API: `/api/v1/...` or `/apis/<group>/<version>/...`. */
export interface ResourceKind {
  apiVersion: string;
  kind: string;
  plural: string;
  isNamespaced: boolean;
}

export interface ObjectRef {
  kind: ResourceKind;
  namespace?: string;
  name: string;
}

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  signal?: AbortSignal;
}

export interface ListResult<T extends KubernetesObject> {
  resourceVersion: string;
  items: T[];
}

export type WatchEvent<T extends KubernetesObject> =
  | { type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; object: T }
  | { type: "ERROR"; object: { code?: number; reason?: string; message?: string } };

export interface WatchOptions extends ListOptions {
  resourceVersion: string;
  timeoutSeconds: number;
  /** Called when the server has accepted the watch. */
  onOpen?: () => void;
}

/** The calls the platform makes; every method throws `K8sError` when the API refuses or cannot be reached. */
export interface KubernetesClient {
  /** Where the API server answers. */
  readonly server: URL;
  /** `undefined` when there is no such object. */
  find<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined>;
  list<T extends KubernetesObject>(kind: ResourceKind, options?: ListOptions): Promise<ListResult<T>>;
  /** One watch connection, bookmarks allowed; ends when the server closes it, throws when it breaks. */
  watch<T extends KubernetesObject>(kind: ResourceKind, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Server-side apply, forced, by the platform's field manager. A `resourceVersion` in the object must match (409). */
  apply<T extends KubernetesObject>(object: KubernetesObject): Promise<T>;
  /** What the API server would say to a creation; nothing is stored. Throws as the creation would. */
  dryRun(object: KubernetesObject): Promise<void>;
  /** Background delete; false when there was nothing to delete. Preconditions refuse with 409. */
  delete(ref: ObjectRef, preconditions?: { uid?: string; resourceVersion?: string }): Promise<boolean>;
  /** Resolves when the API server answers and calls itself ready; an answer that refuses to tell counts too. */
  ping(signal: AbortSignal): Promise<void>;
  readLog(ref: { namespace: string; pod: string; container?: string; tailLines?: number }): Promise<string>;
}

import type { KubernetesObject, ListResult } from "../client/kubernetes-client.ts";
import type { ObjectStore } from "./object-store.ts";

/** What happened to an object in a cache. */
export interface Change<T extends KubernetesObject = KubernetesObject> {
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: T;
  /** The object before, when there was one. */
  previous?: T;
}

/** Below zero when `a` is older. The API promises nothing but decimal numbers that grow. */
export function compareResourceVersions(a: string | undefined, b: string | undefined): number {
  const left = a ?? "";
  const right = b ?? "";
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const versionOf = (object: KubernetesObject) => object.metadata.resourceVersion;

/** What a watch event changes in the cache; events older than what is cached change nothing. */
export function reduceWatchEvent<T extends KubernetesObject>(
  cache: Pick<ObjectStore<T>, "find">,
  event: { type: "ADDED" | "MODIFIED" | "DELETED"; object: T },
): Change<T>[] {
  const { object } = event;
  const cached = cache.find(object.metadata);
  if (event.type === "DELETED") return cached ? reduceDeletion(cached, object) : [];
  if (!cached) return [{ type: "ADDED", object }];
  if (compareResourceVersions(versionOf(object), versionOf(cached)) <= 0) return [];
  if (cached.metadata.uid === object.metadata.uid) return [{ type: "MODIFIED", object, previous: cached }];
  return [
    { type: "DELETED", object: cached, previous: cached },
    { type: "ADDED", object },
  ];
}

function reduceDeletion<T extends KubernetesObject>(cached: T, deleted: T): Change<T>[] {
  // Ours has been made anew under the same name since.
  const isAnother = cached.metadata.uid !== deleted.metadata.uid;
  if (isAnother && compareResourceVersions(versionOf(deleted), versionOf(cached)) < 0) return [];
  return [{ type: "DELETED", object: deleted, previous: cached }];
}

/** What a fresh list changes in the cache: what it lacks has vanished, unless it is younger than the list. */
export function reduceList<T extends KubernetesObject>(
  cache: Pick<ObjectStore<T>, "find" | "list">,
  list: ListResult<T>,
): Change<T>[] {
  const listed = new Set(list.items.map(keyOf));
  const vanished = cache
    .list()
    .filter((cached) => !listed.has(keyOf(cached)))
    .filter((cached) => compareResourceVersions(versionOf(cached), list.resourceVersion) <= 0)
    .map((cached): Change<T> => ({ type: "DELETED", object: cached, previous: cached }));
  return [
    ...vanished,
    ...list.items.flatMap((object) => reduceWatchEvent(cache, { type: "MODIFIED", object })),
  ];
}

const keyOf = ({ metadata }: KubernetesObject) => `${metadata.namespace ?? ""}/${metadata.name}`;

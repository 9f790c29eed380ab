import { K8sError } from "../client/k8s-error.ts";
import { buildPath, buildRef, getKindOf } from "../client/kinds.ts";
import type {
  KubernetesClient,
  KubernetesObject,
  ObjectRef,
  ResourceKind,
} from "../client/kubernetes-client.ts";
import { systemClock } from "../clock.ts";
import type { Caches } from "../reflector/caches.ts";
import { ObjectCache } from "../reflector/object-cache.ts";

/** Objects in memory with resourceVersions and conflicts; its caches see writes only when told to. */
export class FakeCluster implements Pick<KubernetesClient, "find" | "apply" | "delete"> {
  readonly objects = new Map<string, KubernetesObject>();
  readonly calls: string[] = [];
  readonly caches: Caches;
  #version = 100;
  readonly #caches = new Map<string, ObjectCache<KubernetesObject>>();

  constructor() {
    const of = (kind: ResourceKind) => this.cacheOf(kind);
    const only = { of, isWatched: (kind: ResourceKind) => kind.kind !== "Secret" };
    this.caches = { ...only, observedAt: () => new Date(0), isStale: () => false } as unknown as Caches;
  }

  cacheOf(kind: ResourceKind): ObjectCache<KubernetesObject> {
    const cache = this.#caches.get(kind.kind) ?? new ObjectCache<KubernetesObject>({ clock: systemClock });
    this.#caches.set(kind.kind, cache);
    return cache;
  }

  async find<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined> {
    this.calls.push(`find ${ref.kind.kind}/${ref.name}`);
    return this.objects.get(buildPath(ref)) as T | undefined;
  }

  async apply<T extends KubernetesObject>(object: KubernetesObject): Promise<T> {
    this.calls.push(`apply ${object.kind}/${object.metadata.name}`);
    const path = buildPath(buildRef(object));
    const live = this.objects.get(path);
    const { resourceVersion } = object.metadata;
    if (resourceVersion && resourceVersion !== live?.metadata.resourceVersion) {
      throw new K8sError({ code: 409, reason: "Conflict" });
    }
    return this.put(object, live?.metadata.uid) as T;
  }

  async delete(ref: ObjectRef): Promise<boolean> {
    this.calls.push(`delete ${ref.kind.kind}/${ref.name}`);
    return this.objects.delete(buildPath(ref));
  }

  /** Somebody else's write, unseen by the caches. */
  put(object: KubernetesObject, uid = `uid-${this.#version + 1}`): KubernetesObject {
    this.#version += 1;
    const metadata = { ...object.metadata, uid, resourceVersion: String(this.#version) };
    const stored = { ...object, metadata };
    this.objects.set(buildPath(buildRef(object)), stored);
    return stored;
  }

  /** As a relist would: the caches show what there is. */
  sync(): void {
    const byKind = Map.groupBy(this.objects.values(), (object) => getKindOf(object));
    for (const cache of this.#caches.values())
      cache.replace({ resourceVersion: String(this.#version), items: [] });
    for (const [kind, items] of byKind) {
      this.cacheOf(kind).replace({ resourceVersion: String(this.#version), items });
    }
  }
}

import type { KubeObject } from "./kube-types.ts";

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

/** Told of every change of a cache, after the cache has it. */
export type ChangeListener<T> = (type: ChangeType, object: T, old?: T) => void;

const versionOf = (object: KubeObject): number => Number(object.metadata.resourceVersion ?? 0);

/** The objects of one collection by namespace and name; never goes back to an older resourceVersion. */
export class ObjectCache<T extends KubeObject> {
  readonly #byNamespace = new Map<string, Map<string, T>>();
  readonly #emit: ChangeListener<T>;
  #seenVersion = 0;

  constructor(emit: ChangeListener<T>) {
    this.#emit = emit;
  }

  /** The newest resourceVersion the collection has reached, from which a watch can continue. */
  get seenVersion(): number {
    return this.#seenVersion;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#byNamespace.get(namespace ?? "")?.get(name);
  }

  list(namespace?: string): T[] {
    if (namespace !== undefined) return [...(this.#byNamespace.get(namespace)?.values() ?? [])];
    return [...this.#byNamespace.values()].flatMap((names) => [...names.values()]);
  }

  /** Takes a line of the watch. */
  observe(type: ChangeType | "BOOKMARK", object: T): void {
    this.#seenVersion = Math.max(this.#seenVersion, versionOf(object));
    if (type === "DELETED") this.#remove(object);
    else if (type !== "BOOKMARK") this.#put(object);
  }

  /** Takes the answer to a write, so that nobody decides on what was there before it. */
  remember(object: T): void {
    const isKnown = this.get(object.metadata.namespace, object.metadata.name) !== undefined;
    // The watch has passed this version and the object is not there: it has been deleted since.
    if (!isKnown && versionOf(object) <= this.#seenVersion) return;
    this.#put(object);
  }

  /** Takes a whole list, as a difference to what is known. */
  replace(items: T[], listVersion: number): void {
    const keep = new Set(items.map((item) => `${item.metadata.namespace ?? ""}/${item.metadata.name}`));
    for (const known of this.list()) {
      const isGone = !keep.has(`${known.metadata.namespace ?? ""}/${known.metadata.name}`);
      if (isGone && versionOf(known) <= listVersion) this.#remove(known);
    }
    for (const item of items) this.#put(item);
    this.#seenVersion = listVersion;
  }

  #put(object: T): void {
    const { namespace = "", name } = object.metadata;
    const names = this.#byNamespace.get(namespace) ?? new Map<string, T>();
    const old = names.get(name);
    if (old && versionOf(old) >= versionOf(object)) return;
    this.#byNamespace.set(namespace, names.set(name, object));
    if (old && old.metadata.uid !== object.metadata.uid) {
      this.#emit("DELETED", old);
      this.#emit("ADDED", object);
    } else if (old) this.#emit("MODIFIED", object, old);
    else this.#emit("ADDED", object);
  }

  #remove(object: T): void {
    const { namespace = "", name } = object.metadata;
    const names = this.#byNamespace.get(namespace);
    const old = names?.get(name);
    if (!names || !old || old.metadata.uid !== object.metadata.uid) return;
    names.delete(name);
    if (names.size === 0) this.#byNamespace.delete(namespace);
    this.#emit("DELETED", object);
  }
}

import type { KubernetesObject, ListResult, WatchEvent } from "../client/kubernetes-client.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type ObjectKey, ObjectStore } from "./object-store.ts";
import { type Change, compareResourceVersions, reduceList, reduceWatchEvent } from "./reduce-watch-event.ts";
import type { ChangeListener } from "./reflector.ts";

/** The state behind a reflector: objects, the revision seen so far, listeners and freshness. */
export class ObjectCache<T extends KubernetesObject> {
  readonly #store = new ObjectStore<T>();
  readonly #listeners = new Set<ChangeListener<T>>();
  readonly #clock: Clock;
  readonly #log: Logger | undefined;
  readonly #staleAfterMs: number;
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;
  #observedAtMs: number | null = null;
  #lostAtMs: number | null;
  #revision = "";

  constructor({ clock, log, staleAfterMs = 10_000 }: { clock: Clock; log?: Logger; staleAfterMs?: number }) {
    this.#clock = clock;
    this.#log = log;
    this.#staleAfterMs = staleAfterMs;
    this.#lostAtMs = clock.nowMs();
  }

  /** The resourceVersion that a watch continues from. */
  get revision(): string {
    return this.#revision;
  }

  find(key: ObjectKey): T | undefined {
    return this.#store.find(key);
  }

  list(namespace?: string): T[] {
    return this.#store.list(namespace);
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  async waitForSync(signal?: AbortSignal): Promise<void> {
    if (!signal) return this.#synced.promise;
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    await Promise.race([this.#synced.promise, aborted.promise]).finally(() =>
      signal.removeEventListener("abort", onAbort),
    );
  }

  observedAt(): Date | null {
    return this.#observedAtMs === null ? null : new Date(this.#observedAtMs);
  }

  isStale(nowMs = this.#clock.nowMs()): boolean {
    if (!this.#hasSynced) return true;
    return this.#lostAtMs !== null && nowMs - this.#lostAtMs > this.#staleAfterMs;
  }

  onChange(listener: ChangeListener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  isConnected(): boolean {
    return this.#lostAtMs === null;
  }

  setConnected(isConnected: boolean): void {
    this.#lostAtMs = isConnected ? null : (this.#lostAtMs ?? this.#clock.nowMs());
  }

  replace(list: ListResult<T>): void {
    this.#commit(reduceList(this.#store, list));
    this.#observe(list.resourceVersion);
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  absorb(event: Exclude<WatchEvent<T>, { type: "ERROR" }>): void {
    const { type, object } = event;
    if (type !== "BOOKMARK") this.#commit(reduceWatchEvent(this.#store, { type, object }));
    this.#observe(object.metadata.resourceVersion);
  }

  remember(object: T): void {
    // Absent though the watch has passed its version: it was deleted since, and would stay a ghost.
    const isPassed = compareResourceVersions(object.metadata.resourceVersion, this.#revision) <= 0;
    if (!this.#store.find(object.metadata) && isPassed) return;
    this.#commit(reduceWatchEvent(this.#store, { type: "MODIFIED", object }));
  }

  forget(key: ObjectKey): void {
    const object = this.#store.find(key);
    if (object) this.#commit([{ type: "DELETED", object, previous: object }]);
  }

  #observe(resourceVersion: string | undefined): void {
    this.#observedAtMs = this.#clock.nowMs();
    this.#lostAtMs = null;
    if (resourceVersion) this.#revision = resourceVersion;
  }

  #commit(changes: Change<T>[]): void {
    for (const change of changes) {
      if (change.type === "DELETED") this.#store.delete(change.object.metadata);
      else this.#store.set(change.object);
    }
    for (const change of changes) this.#tell(change);
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#log?.error({ err: error, kind: change.object.kind }, "a listener of a reflector threw");
      }
    }
  }
}

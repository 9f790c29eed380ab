import type { ApiClient, WatchEvent } from "./api-client.ts";
import { ApiError, isApiError } from "./api-error.ts";
import { backoffMs, sleepMs } from "./backoff.ts";
import type { KubeList, KubeObject } from "./kube-types.ts";
import type { Log } from "./log.ts";
import { type ChangeListener, ObjectCache } from "./object-cache.ts";

export interface InformerOptions<T extends KubeObject> {
  client: ApiClient;
  /** A collection, e.g. /api/v1/pods */
  path: string;
  query?: { labelSelector?: string; fieldSelector?: string };
  onChange?: ChangeListener<T>;
  log: Log;
  /** A watch without any line (bookmarks included) for so long is renewed. */
  silenceMs?: number;
}

/** A cache of one collection that follows the API server for as long as it lives. */
export interface Informer<T extends KubeObject> {
  /** Resolves after the first list. */
  synced: Promise<void>;
  list(namespace?: string): T[];
  get(namespace: string | undefined, name: string): T | undefined;
  /** Tells another listener of every change from now on. */
  listen(listener: ChangeListener<T>): void;
  /** Takes the answer to a create, update or patch into the cache at once, ahead of the watch. */
  remember(object: T): void;
  dispose(): void;
}

/** Starts list → watch → reconnect (or relist after 410) for one collection; never ends before `dispose`. */
export function makeInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  const { client, path, log } = options;
  const listeners: ChangeListener<T>[] = options.onChange ? [options.onChange] : [];
  const cache = new ObjectCache<T>((type, object, old) => {
    for (const listener of listeners) {
      try {
        listener(type, object, old);
      } catch (error) {
        log.error("A listener of a watch failed", { path, error });
      }
    }
  });
  const stop = new AbortController();
  const synced = Promise.withResolvers<void>();
  const follow = {
    client,
    path,
    query: options.query ?? {},
    cache,
    stop: stop.signal,
    silenceMs: options.silenceMs ?? 150_000,
  };
  void runForever(follow, log, synced.resolve);

  return {
    synced: synced.promise,
    list: (namespace) => cache.list(namespace),
    get: (namespace, name) => cache.get(namespace, name),
    listen: (listener) => void listeners.push(listener),
    remember: (object) => cache.remember(object),
    dispose: () => stop.abort(),
  };
}

interface Follow<T extends KubeObject> {
  client: ApiClient;
  path: string;
  query: Record<string, string>;
  cache: ObjectCache<T>;
  stop: AbortSignal;
  silenceMs: number;
}

async function runForever<T extends KubeObject>(
  follow: Follow<T>,
  log: Log,
  onSynced: () => void,
): Promise<void> {
  let mustList = true;
  let failures = 0;
  while (!follow.stop.aborted) {
    const startedAt = Date.now();
    try {
      if (mustList) await listOnce(follow);
      mustList = false;
      onSynced();
      await watchOnce(follow);
    } catch (error) {
      if (follow.stop.aborted) return;
      mustList ||= isApiError(error, 410);
      log.debug("A watch will be renewed", { path: follow.path, error: String(error) });
    }
    failures = Date.now() - startedAt > 2_000 ? 0 : failures + 1;
    await sleepMs(backoffMs(failures, 20, 5_000), follow.stop);
  }
}

async function listOnce<T extends KubeObject>({
  client,
  path,
  query,
  cache,
  stop,
}: Follow<T>): Promise<void> {
  const items: T[] = [];
  let next: string | undefined;
  let listVersion = 0;
  do {
    const search = new URLSearchParams({ ...query, limit: "500", ...(next ? { continue: next } : {}) });
    const page = await client.request<KubeList<T>>("GET", `${path}?${search}`, undefined, { signal: stop });
    items.push(...(page.items ?? []));
    listVersion = Number(page.metadata.resourceVersion ?? 0);
    next = page.metadata.continue;
  } while (next);
  cache.replace(items, listVersion);
}

async function watchOnce<T extends KubeObject>(follow: Follow<T>): Promise<void> {
  const { client, path, query, cache, stop, silenceMs } = follow;
  const search = new URLSearchParams({
    ...query,
    watch: "1",
    allowWatchBookmarks: "true",
    timeoutSeconds: String(300 + Math.floor(Math.random() * 300)),
    resourceVersion: String(cache.seenVersion),
  });
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(), silenceMs);
  watchdog.unref();
  const onEvent = ({ type, object }: WatchEvent): void => {
    watchdog.refresh();
    if (type === "ERROR")
      throw new ApiError(object.code ?? 500, object.reason ?? "Unknown", object.message ?? "watch error");
    cache.observe(type, object as unknown as T);
  };
  try {
    await client.watch(`${path}?${search}`, onEvent, AbortSignal.any([stop, silence.signal]));
  } finally {
    clearTimeout(watchdog);
  }
}

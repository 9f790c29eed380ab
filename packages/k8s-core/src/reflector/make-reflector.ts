import { K8sError } from "../client/k8s-error.ts";
import type { KubernetesObject } from "../client/kubernetes-client.ts";
import { type Clock, systemClock } from "../clock.ts";
import { Backoff } from "./backoff.ts";
import { ObjectCache } from "./object-cache.ts";
import type { Reflector, ReflectorOptions } from "./reflector.ts";

const minWatchSeconds = 300;
const healthyWatchMs = 5_000;

/** Starts at once: lists, watches and reconnects until `dispose`. */
export function makeReflector<T extends KubernetesObject>(options: ReflectorOptions): Reflector<T> {
  const { clock = systemClock, random = Math.random } = options;
  const stop = new AbortController();
  const cache = new ObjectCache<T>({ ...options, clock });
  const backoff = new Backoff({ baseMs: 200, maxMs: 10_000, random });
  const loop: Loop<T> = { options: { ...options, clock, random }, cache, backoff, stop: stop.signal };
  const running = run(loop);

  return {
    kind: options.kind,
    find: (key) => cache.find(key),
    list: (namespace) => cache.list(namespace),
    hasSynced: () => cache.hasSynced(),
    waitForSync: (signal) => cache.waitForSync(signal),
    observedAt: () => cache.observedAt(),
    isStale: (nowMs) => cache.isStale(nowMs),
    onChange: (listener) => cache.onChange(listener),
    remember: (object) => cache.remember(object),
    forget: (key) => cache.forget(key),
    reconnect: (reason) => loop.connection?.abort(reason),
    async dispose() {
      stop.abort();
      await running;
    },
  };
}

interface Loop<T extends KubernetesObject> {
  options: ReflectorOptions & { clock: Clock; random: () => number };
  cache: ObjectCache<T>;
  backoff: Backoff;
  stop: AbortSignal;
  /** The watch that is open now. */
  connection?: AbortController;
}

async function run<T extends KubernetesObject>(loop: Loop<T>): Promise<void> {
  const { cache, backoff, stop } = loop;
  let mustList = true;
  while (!stop.aborted) {
    mustList = await listAndWatch(loop, mustList);
    if (stop.aborted) return;
    cache.setConnected(false);
    await delay(loop, backoff.nextDelayMs());
  }
}

/** Returns whether the next round must list again. */
async function listAndWatch<T extends KubernetesObject>(loop: Loop<T>, mustList: boolean): Promise<boolean> {
  const { options, cache } = loop;
  let isListed = !mustList;
  try {
    if (mustList) cache.replace(await options.client.list<T>(options.kind, buildListOptions(loop)));
    isListed = true;
    await watchOnce(loop);
    return false;
  } catch (error) {
    if (!loop.stop.aborted) options.log?.warn({ err: error, kind: options.kind.kind }, "watch broke");
    return !isListed || (error instanceof K8sError && error.isGone);
  }
}

/** Follows one watch until it ends; throws when it breaks, falls silent or reports an error. */
async function watchOnce<T extends KubernetesObject>(loop: Loop<T>): Promise<void> {
  const { options, cache, backoff, stop } = loop;
  const { clock, random, silenceMs = 90_000 } = options;
  const connection = new AbortController();
  loop.connection = connection;
  const startedAtMs = clock.nowMs();
  const watchdog = makeWatchdog(clock, silenceMs, () => {
    connection.abort(new K8sError({ reason: "Silence", message: `nothing heard for ${silenceMs} ms` }));
  });
  try {
    const events = options.client.watch<T>(options.kind, {
      ...buildListOptions(loop),
      resourceVersion: cache.revision,
      timeoutSeconds: Math.round(minWatchSeconds * (1 + random())),
      signal: AbortSignal.any([stop, connection.signal]),
      onOpen: () => cache.setConnected(true),
    });
    for await (const event of events) {
      watchdog.feed();
      if (event.type === "ERROR") throw new K8sError(event.object);
      backoff.reset();
      cache.absorb(event);
    }
  } catch (error) {
    throw connection.signal.aborted ? connection.signal.reason : error;
  } finally {
    watchdog.stop();
  }
  // A server that closes watches at once must not make us spin.
  if (clock.nowMs() - startedAtMs >= healthyWatchMs) backoff.reset();
}

function buildListOptions<T extends KubernetesObject>({ options, stop }: Loop<T>) {
  const { labelSelector } = options;
  return { ...(labelSelector ? { labelSelector } : {}), signal: stop };
}

function makeWatchdog(clock: Clock, silenceMs: number, bark: () => void) {
  let cancel = clock.setTimer(silenceMs, bark);
  return {
    feed() {
      cancel();
      cancel = clock.setTimer(silenceMs, bark);
    },
    stop: () => cancel(),
  };
}

function delay<T extends KubernetesObject>({ options, stop }: Loop<T>, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = options.clock.setTimer(delayMs, finish);
    function finish() {
      cancel();
      stop.removeEventListener("abort", finish);
      resolve();
    }
    stop.addEventListener("abort", finish);
  });
}

import { K8sError } from "../client/k8s-error.ts";
import type { KubernetesObject } from "../client/kubernetes-client.ts";
import { type Clock, systemClock } from "../clock.ts";
import { Backoff } from "./backoff.ts";
import { ObjectCache } from "./object-cache.ts";
import type { Reflector, ReflectorOptions } from "./reflector.ts";

const minWatchSeconds = 300;
const healthyWatchMs = 5_000;
const hangingMs = 1_000;

/** Starts at once: lists, watches and reconnects until `dispose`. */
export function makeReflector<T extends KubernetesObject>(options: ReflectorOptions): Reflector<T> {
  const { clock = systemClock, random = Math.random } = options;
  const stop = new AbortController();
  const cache = new ObjectCache<T>({ ...options, clock });
  const backoff = new Backoff({ baseMs: 200, maxMs: 10_000, random });
  const loop: Loop<T> = {
    options: { ...options, clock, random },
    cache,
    backoff,
    stop: stop.signal,
    round: { connection: new AbortController(), startedAtMs: clock.nowMs() },
    isHurried: false,
    skipDelay: () => undefined,
  };
  const running = run(loop);

  return {
    kind: options.kind,
    find: (key) => cache.find(key),
    list: (namespace) => cache.list(namespace),
    hasSynced: () => cache.hasSynced(),
    waitForSync: (signal) => cache.waitForSync(signal),
    observedAt: () => cache.observedAt(),
    isStale: (nowMs) => cache.isStale(nowMs),
    isConnected: () => cache.isConnected(),
    reconnect: (reason) => loop.round.connection.abort(reason),
    retryNow: () => retryNow(loop),
    onChange: (listener) => cache.onChange(listener),
    remember: (object) => cache.remember(object),
    forget: (key) => cache.forget(key),
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
  /** The attempt under way. */
  round: { connection: AbortController; startedAtMs: number };
  /** The next attempt does not wait. */
  isHurried: boolean;
  skipDelay: () => void;
}

function giveUp<T extends KubernetesObject>({ round }: Loop<T>, message: string): void {
  round.connection.abort(new K8sError({ reason: "Silence", message }));
}

function retryNow<T extends KubernetesObject>(loop: Loop<T>): void {
  if (loop.cache.isConnected()) return;
  loop.isHurried = true;
  loop.skipDelay();
  // Packets into nothing are sent again ever more rarely: a new connection is quicker.
  const isHanging = loop.options.clock.nowMs() - loop.round.startedAtMs > hangingMs;
  if (isHanging) giveUp(loop, "the API server is back; a new connection is quicker");
}

async function run<T extends KubernetesObject>(loop: Loop<T>): Promise<void> {
  const { cache, backoff, stop } = loop;
  let mustList = true;
  while (!stop.aborted) {
    loop.round = { connection: new AbortController(), startedAtMs: loop.options.clock.nowMs() };
    mustList = await listAndWatch(loop, mustList);
    if (stop.aborted) return;
    cache.setConnected(false);
    const delayMs = backoff.nextDelayMs();
    if (!loop.isHurried) await delay(loop, delayMs);
    loop.isHurried = false;
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
  const { options, cache, backoff } = loop;
  const { clock, random, silenceMs = 90_000, openMs = 10_000 } = options;
  const { connection } = loop.round;
  const startedAtMs = clock.nowMs();
  const watchdog = makeWatchdog(clock, (ms) => giveUp(loop, `nothing heard for ${ms} ms`));
  watchdog.allow(openMs);
  try {
    const events = options.client.watch<T>(options.kind, {
      ...buildListOptions(loop),
      resourceVersion: cache.revision,
      timeoutSeconds: Math.round(minWatchSeconds * (1 + random())),
      onOpen() {
        watchdog.allow(silenceMs);
        cache.setConnected(true);
      },
    });
    for await (const event of events) {
      watchdog.allow(silenceMs);
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

function buildListOptions<T extends KubernetesObject>({ options, stop, round }: Loop<T>) {
  const { labelSelector } = options;
  const signal = AbortSignal.any([stop, round.connection.signal]);
  return { ...(labelSelector ? { labelSelector } : {}), signal };
}

/** Barks unless it is called off, or allowed more time, before the time is over. */
function makeWatchdog(clock: Clock, bark: (ms: number) => void) {
  let stop = () => {};
  return {
    allow(ms: number) {
      stop();
      stop = clock.setTimer(ms, () => bark(ms));
    },
    stop: () => stop(),
  };
}

function delay<T extends KubernetesObject>(loop: Loop<T>, delayMs: number): Promise<void> {
  const { options, stop } = loop;
  return new Promise((resolve) => {
    const cancel = options.clock.setTimer(delayMs, finish);
    function finish() {
      cancel();
      stop.removeEventListener("abort", finish);
      loop.skipDelay = () => undefined;
      resolve();
    }
    stop.addEventListener("abort", finish);
    loop.skipDelay = finish;
  });
}

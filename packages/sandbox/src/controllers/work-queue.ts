import { backoffMs } from "../client/backoff.ts";
import type { Log } from "../client/log.ts";

export interface WorkQueueOptions {
  name: string;
  /** Converges one key; a number asks for another run after so many milliseconds; a throw is retried with back-off. */
  reconcile(key: string): Promise<number | undefined>;
  log: Log;
  /** How many different keys may run at once. */
  parallelKeys?: number;
}

export interface WorkQueue {
  add(key: string): void;
  dispose(): void;
}

/** Many adds of a key become one run; a key never runs twice at once; an add during a run means one run after it. */
export function makeWorkQueue({ name, reconcile, log, parallelKeys = 4 }: WorkQueueOptions): WorkQueue {
  const waiting = new Set<string>();
  const running = new Set<string>();
  const failures = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  let isDisposed = false;

  const add = (key: string): void => {
    if (isDisposed) return;
    waiting.add(key);
    queueMicrotask(startRuns);
  };

  const addAfter = (key: string, delayMs: number): void => {
    if (isDisposed) return;
    const timer = setTimeout(() => add(key), Math.min(delayMs, 2 ** 31 - 1));
    timer.unref();
    timers.set(key, timer);
  };

  const retry = (key: string, error: unknown): void => {
    if (isDisposed) return;
    const attempt = failures.get(key) ?? 0;
    failures.set(key, attempt + 1);
    // Lost races end by themselves; what fails for seconds is worth a look.
    const level = attempt === 8 ? "warn" : "debug";
    log[level](`The ${name} controller will try again`, { key, attempt, error: String(error) });
    addAfter(key, backoffMs(attempt, 10, 30_000));
  };

  const run = async (key: string): Promise<void> => {
    clearTimeout(timers.get(key));
    timers.delete(key);
    try {
      const againAfterMs = await reconcile(key);
      failures.delete(key);
      if (againAfterMs !== undefined) addAfter(key, Math.max(1, againAfterMs));
    } catch (error) {
      retry(key, error);
    } finally {
      running.delete(key);
      startRuns();
    }
  };

  const startRuns = (): void => {
    for (const key of waiting) {
      if (isDisposed || running.size >= parallelKeys) return;
      if (running.has(key)) continue;
      waiting.delete(key);
      running.add(key);
      void run(key);
    }
  };

  return {
    add,
    dispose() {
      isDisposed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

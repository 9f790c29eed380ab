import type { Lease } from "../../core/lease.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../core/ports.ts";
import { type Claim, type Completion, claimKeys, completeClaim, releaseLeasesOfTheDead } from "./claims.ts";
import { makeLeaseKeeper } from "./lease-keeper.ts";
import { makeWakeableTask } from "./wakeable-task.ts";
import { makeWakeupListener } from "./wakeup-listener.ts";

/** What a run asks for when it has ended without an error. */
export interface RunResult {
  /** Absent: only when something happens. */
  requeueAfterMs?: number;
}

/** Told of every run, for metrics. */
export interface QueueObserver {
  ended?(run: { key: string; durationMs: number; error?: unknown }): void;
}

export interface QueueWorkerOptions {
  database: Database;
  listenerUrl: string;
  log: Log;
  run: (lease: Lease, attempts: number) => Promise<RunResult>;
  /** False while no run can get anywhere: then keys stay due, instead of failing one after another. */
  isAble?: () => boolean;
  observer?: QueueObserver;
  concurrency?: number;
  leaseMs?: number;
  heartbeatMs?: number;
  pollMs?: number;
}

/** Runs due keys until it is disposed. */
export interface QueueWorker {
  /** Something may be due: look now. */
  wake(): void;
  /** Takes no more keys and waits up to `graceMs` for the runs under way. */
  dispose(graceMs?: number): Promise<void>;
}

const firstBackOffMs = 500;
const longestBackOffMs = 60_000;

/** 0.5 s, 1 s, 2 s … 60 s, each ± 20 %, after `attempts` failures before this one. */
export function backOffMs(attempts: number, random = Math.random): number {
  return Math.min(firstBackOffMs * 2 ** Math.min(attempts, 10), longestBackOffMs) * (0.8 + 0.4 * random());
}

/** Starts a worker at once. */
export function makeQueueWorker(options: QueueWorkerOptions): QueueWorker {
  const { database, log, concurrency = 16, leaseMs = 10_000, heartbeatMs = 3_000, pollMs = 500 } = options;
  const keeper = makeLeaseKeeper({ database, log, leaseMs, heartbeatMs });
  const runs = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let isDisposed = false;

  const claim = async () => {
    const owner = listener.owner();
    const limit = concurrency - runs.size;
    if (owner === undefined || limit <= 0 || isDisposed || options.isAble?.() === false) return;
    const claimedAtMs = performance.now();
    const claims = await claimKeys(database, { owner, limit, leaseMs });
    if (owner !== listener.owner()) return; // the session broke meanwhile: these leases are void
    for (const claimed of claims) start(claimed, claimedAtMs);
  };
  const wake = makeWakeableTask(claim, (error) =>
    log.warn({ error: error.message }, "could not take keys from the queue"),
  );
  const wakeAfter = (delayMs: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      wake();
    }, delayMs);
    timers.add(timer);
  };
  const start = (claimed: Claim, claimedAtMs: number) => {
    const run = runClaim(options, claimed, keeper.hold(claimed, claimedAtMs)).then((completion) => {
      keeper.release(claimed);
      runs.delete(run);
      const delayMs = completion.requeueAfterMs ?? pollMs;
      if (delayMs < pollMs && !isDisposed) wakeAfter(delayMs + 1); // else the poll finds it
      wake();
    });
    runs.add(run);
  };
  const takeOver = () => {
    releaseLeasesOfTheDead(database)
      .catch((error: Error) => log.warn({ error: error.message }, "could not look for dead workers"))
      .finally(wake);
  };
  const listener = makeWakeupListener({
    url: options.listenerUrl,
    log,
    onWakeup: wake,
    onConnected: takeOver,
    onLost: keeper.loseAll,
  });
  const poll = setInterval(takeOver, pollMs);
  return {
    wake,
    async dispose(graceMs = 5_000) {
      isDisposed = true;
      for (const timer of [poll, ...timers]) clearTimeout(timer);
      await settleWithin(runs, graceMs);
      keeper.dispose();
      await listener.dispose();
    },
  };
}

async function settleWithin(runs: Set<Promise<void>>, graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([Promise.allSettled([...runs]), grace]);
  clearTimeout(timer);
}

/** Never rejects. */
async function runClaim(options: QueueWorkerOptions, claim: Claim, lease: Lease): Promise<Completion> {
  const { database, log, run, observer } = options;
  const startedAtMs = performance.now();
  const completion: Completion = { claim };
  let failure: unknown;
  try {
    Object.assign(completion, await run(lease, claim.attempts));
  } catch (error) {
    failure = error;
    completion.error = error instanceof Error ? error.message : String(error);
    completion.requeueAfterMs = backOffMs(claim.attempts);
    log.warn({ key: claim.key, attempts: claim.attempts + 1, err: error }, "a reconcile run failed");
  }
  observer?.ended?.({ key: claim.key, durationMs: performance.now() - startedAtMs, error: failure });
  try {
    const isOurs = await completeClaim(database, completion);
    if (!isOurs) log.info({ key: claim.key, epoch: claim.epoch }, "a later worker holds the key");
  } catch (error) {
    log.warn({ key: claim.key, err: error }, "a run could not be completed; its lease will end");
  }
  return completion;
}

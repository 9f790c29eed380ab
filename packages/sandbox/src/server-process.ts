import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "./client/log.ts";
import type { Guardian } from "./processes/index.ts";
import { signalGroup } from "./processes/process-records.ts";

const firstDelayMs = 200;
const maxDelayMs = 10_000;
/** A run this long counts as good: the next death starts from the first delay again. */
const goodRunMs = 30_000;
const readyWithinMs = 120_000;
const maxEarlyDeaths = 4;
const stopWithinMs = 8_000;

export interface ServerProcessOptions {
  command: string;
  env: Record<string, string>;
  readyUrl: string;
  guardian: Guardian;
  log: Log;
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return response?.ok ?? false;
}

/** Runs a command in a group of its own, its output passed through, and starts it again when it dies. */
export function startServerProcess(options: ServerProcessOptions) {
  const stopped = new AbortController();
  let child: ChildProcess | undefined;
  let deaths = 0;
  let stopDeadlineMs = 0;

  const runOnce = async (): Promise<void> => {
    child = spawn(options.command, {
      shell: true,
      detached: true,
      stdio: ["ignore", "inherit", "inherit"],
      env: options.env,
    });
    const { pid } = child;
    if (pid === undefined) throw (await once(child, "error"))[0];
    options.guardian.register(pid, "SIGTERM");
    const [code, signal] = await once(child, "exit");
    // The shell ends at once when asked to; what it started may need its time.
    while (Date.now() < stopDeadlineMs && signalGroup(pid, 0)) await delay(20);
    signalGroup(pid, "SIGKILL");
    options.guardian.unregister(pid);
    if (!stopped.signal.aborted)
      options.log.warn(`The server ended (${signal ?? code}) and is started again`);
  };

  const keepRunning = async (): Promise<void> => {
    let delayMs = firstDelayMs;
    while (!stopped.signal.aborted) {
      const startedAtMs = Date.now();
      await runOnce().catch((error: unknown) =>
        options.log.error("The server cannot be started", { error: String(error) }),
      );
      deaths += 1;
      if (Date.now() - startedAtMs > goodRunMs) delayMs = firstDelayMs;
      await delay(delayMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, maxDelayMs);
    }
  };
  const finished = keepRunning();

  return {
    /** Resolves when the server says it is ready; throws when it keeps dying or takes too long. */
    ready: async (signal?: AbortSignal): Promise<void> => {
      const deadlineMs = Date.now() + readyWithinMs;
      while (!(await isReady(options.readyUrl))) {
        signal?.throwIfAborted();
        if (deaths > maxEarlyDeaths)
          throw new Error(`The server (${options.command}) keeps dying before it is ready`);
        if (Date.now() > deadlineMs)
          throw new Error(`The server did not become ready at ${options.readyUrl}`);
        await delay(100);
      }
    },
    dispose: async (): Promise<void> => {
      stopDeadlineMs = Date.now() + stopWithinMs;
      stopped.abort();
      const pid = child?.pid;
      if (pid !== undefined) signalGroup(pid, "SIGTERM");
      const timer = setTimeout(() => pid !== undefined && signalGroup(pid, "SIGKILL"), stopWithinMs);
      await finished.finally(() => clearTimeout(timer));
    },
  };
}

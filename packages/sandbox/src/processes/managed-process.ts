import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { makeContainerLogFile } from "./container-log-file.ts";
import type { Guardian } from "./guardian.ts";
import { signalGroup } from "./process-records.ts";

export interface ManagedProcessOptions {
  guardian: Guardian;
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Gets stdout and stderr, in the container runtimes' log format. */
  logFile: string;
  /** Ends the process in good order; default SIGTERM. */
  stopSignal?: NodeJS.Signals;
}

export interface ProcessExit {
  /** As a shell reports it: 128 + the signal's number when a signal ended it. */
  exitCode: number;
  signal?: NodeJS.Signals;
  finishedAt: Date;
}

/** A local process in a group of its own, under the guardian's eyes. */
export interface ManagedProcess {
  pid: number;
  startedAt: Date;
  exited: Promise<ProcessExit>;
  kill(): void;
  /** Its stop signal, then SIGKILL after the grace period. */
  stop(graceMs: number): Promise<ProcessExit>;
}

const toExit = (code: number | null, signal: NodeJS.Signals | null): ProcessExit => ({
  exitCode: signal ? 128 + constants.signals[signal] : (code ?? 1),
  ...(signal ? { signal } : {}),
  finishedAt: new Date(),
});

const waitForExit = async (child: ChildProcess, options: ManagedProcessOptions): Promise<ProcessExit> => {
  const log = makeContainerLogFile(options.logFile);
  if (child.stdout) log.follow("stdout", child.stdout);
  if (child.stderr) log.follow("stderr", child.stderr);
  const closed = once(child, "close");
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  const exit = toExit(code, signal);
  // What the leader leaves behind ends with it, as in a container.
  if (child.pid) signalGroup(child.pid, "SIGKILL");
  if (child.pid) options.guardian.unregister(child.pid);
  await closed;
  await log.close();
  return exit;
};

/** Starts a process; throws when its program cannot be executed. */
export async function spawnManaged(options: ManagedProcessOptions): Promise<ManagedProcess> {
  const { guardian, command, args, env, cwd, uid, gid, stopSignal = "SIGTERM" } = options;
  const child = spawn(command, args, {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  const { pid } = child;
  if (pid === undefined) throw (await once(child, "error"))[0];
  guardian.register(pid, stopSignal);
  const exited = waitForExit(child, options);

  return {
    pid,
    startedAt: new Date(),
    exited,
    kill: () => void signalGroup(pid, "SIGKILL"),
    async stop(graceMs) {
      if (graceMs > 0) signalGroup(pid, stopSignal);
      else signalGroup(pid, "SIGKILL");
      const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), graceMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

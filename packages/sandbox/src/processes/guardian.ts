import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endRecordedProcesses, findStartTime, removeRecord, writeRecord } from "./process-records.ts";

/** Sees to it that no process outlives the sandbox, even when the sandbox is killed with SIGKILL. */
export interface Guardian {
  /** Takes a process (the leader of its own group) under guard. */
  register(pid: number, stopSignal: NodeJS.Signals): void;
  unregister(pid: number): void;
  /** Ends every process still registered, and the guardian itself. */
  dispose(): Promise<void>;
}

const startGuardian = (recordsDir: string): ChildProcess => {
  const program = fileURLToPath(new URL("./guardian-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--max-old-space-size=32", "--no-warnings", program, recordsDir], {
    // A group of its own: Ctrl-C in the terminal must not reach it.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: {},
  });
  child.unref();
  child.stdin?.on("error", () => undefined);
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return child;
};

/** Ends what an earlier run recorded in `dir` and left behind, then starts guarding. */
export async function makeGuardian(dir: string): Promise<Guardian> {
  const recordsDir = join(dir, "processes");
  mkdirSync(recordsDir, { recursive: true });
  await endRecordedProcesses(recordsDir);
  let isDisposed = false;
  let child: ChildProcess;
  const start = (): void => {
    child = startGuardian(recordsDir);
    child.on("exit", () => {
      if (!isDisposed) start();
    });
  };
  start();

  return {
    register(pid, stopSignal) {
      const startTime = findStartTime(pid);
      if (startTime !== undefined) writeRecord(recordsDir, { pid, startTime, stopSignal });
    },
    unregister: (pid) => removeRecord(recordsDir, pid),
    async dispose() {
      if (isDisposed) return;
      isDisposed = true;
      child.ref();
      const exited = once(child, "exit");
      child.stdin?.end();
      await exited;
    },
  };
}

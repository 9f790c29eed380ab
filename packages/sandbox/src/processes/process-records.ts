import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** One running process (the leader of its group), as a file that outlives whoever started it. */
export interface ProcessRecord {
  pid: number;
  /** From the kernel: a process id alone may be a stranger's by now. */
  startTime: string;
  stopSignal: NodeJS.Signals;
}

/** When a process started, in the kernel's own words; undefined when there is none. */
export const findStartTime = (pid: number): string | undefined => {
  try {
    if (process.platform === "win32") return "unknown";
    if (process.platform !== "linux") {
      return (
        execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined
      );
    }
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
};

/** Sends a signal to a whole process group (Windows: to the process); false when nobody was there. */
export const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
    return true;
  } catch {
    return false;
  }
};

export const writeRecord = (dir: string, record: ProcessRecord): void => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, String(record.pid)), JSON.stringify(record), { mode: 0o600 });
};

export const removeRecord = (dir: string, pid: number): void =>
  rmSync(join(dir, String(pid)), { force: true });

const readRecord = (file: string): ProcessRecord | undefined => {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessRecord;
  } catch {
    return undefined;
  }
};

const readRecords = (dir: string): ProcessRecord[] => {
  try {
    return readdirSync(dir).flatMap((name) => readRecord(join(dir, name)) ?? []);
  } catch {
    return [];
  }
};

// A leader that is gone may leave its group behind; while that lives, no stranger can get its id.
const isOurs = (record: ProcessRecord): boolean => {
  const startTime = findStartTime(record.pid);
  return startTime === undefined ? signalGroup(record.pid, 0) : startTime === record.startTime;
};

/** Ends every recorded process that is still the recorded one: its stop signal, then SIGKILL after `graceMs`. */
export const endRecordedProcesses = async (dir: string, graceMs = 5_000): Promise<void> => {
  let left = readRecords(dir).filter(isOurs);
  for (const { pid, stopSignal } of left) signalGroup(pid, stopSignal);
  const deadline = Date.now() + graceMs;
  while (left.length > 0 && Date.now() < deadline) {
    await delay(20);
    left = left.filter(isOurs);
  }
  for (const { pid } of left) signalGroup(pid, "SIGKILL");
  for (const { pid } of readRecords(dir)) removeRecord(dir, pid);
};

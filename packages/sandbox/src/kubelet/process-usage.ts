import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessUsage {
  cpuSeconds: number;
  memoryBytes: number;
}

interface ProcessRow {
  parent: number;
  cpuSeconds: number;
}

/** What processes and all their descendants use. */
export interface ProcessTable {
  usageOf(pid: number): ProcessUsage;
}

const ticksPerSecond = 100;
const pageBytes = 4_096;

const readRow = (pid: number): ProcessRow | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // utime, stime, and those of children that ended
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parent: Number(fields[1]), cpuSeconds: ticks / ticksPerSecond };
  } catch {
    return undefined;
  }
};

const readLinux = (): Map<number, ProcessRow> => {
  const rows = new Map<number, ProcessRow>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const row = pid > 0 ? readRow(pid) : undefined;
    if (row) rows.set(pid, row);
  }
  return rows;
};

const parseCpuTime = (text: string): number =>
  text.split(/[-:]/).reduce((sum, part) => sum * 60 + Number(part), 0);

const readByPs = (): { rows: Map<number, ProcessRow>; memory: Map<number, number> } => {
  const lines = execFileSync("ps", ["-axo", "pid=,ppid=,rss=,time="], { encoding: "utf8" })
    .trim()
    .split("\n");
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return {
    rows: new Map(
      fields.map(([pid, ppid, , time = "0"]) => [
        Number(pid),
        { parent: Number(ppid), cpuSeconds: parseCpuTime(time) },
      ]),
    ),
    memory: new Map(fields.map(([pid, , rss]) => [Number(pid), Number(rss) * 1024])),
  };
};

// Pages shared between the processes of a container (a server's buffers, the program) count once, as in a cgroup.
const memoryOfAll = (pids: number[]): number => {
  let own = 0;
  let shared = 0;
  for (const pid of pids) {
    try {
      const [, resident = 0, common = 0] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ").map(Number);
      own += resident - common;
      shared = Math.max(shared, common);
    } catch {
      // it has ended meanwhile
    }
  }
  return (own + shared) * pageBytes;
};

/** Reads the machine's processes, at most once per `maxAgeMs`. */
export function makeProcessTable(maxAgeMs = 500): ProcessTable {
  let readAt = -Infinity;
  let rows = new Map<number, ProcessRow>();
  let memory: Map<number, number> | undefined;
  let children = new Map<number, number[]>();

  const refresh = (): void => {
    if (performance.now() - readAt < maxAgeMs) return;
    readAt = performance.now();
    if (process.platform === "linux") rows = readLinux();
    else if (process.platform !== "win32") ({ rows, memory } = readByPs());
    children = new Map();
    for (const [pid, { parent }] of rows) children.set(parent, [...(children.get(parent) ?? []), pid]);
  };
  const descend = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(descend)];

  return {
    usageOf(pid) {
      refresh();
      const pids = descend(pid);
      const sizes = memory;
      return {
        cpuSeconds: pids.reduce((sum, one) => sum + (rows.get(one)?.cpuSeconds ?? 0), 0),
        memoryBytes: sizes ? pids.reduce((sum, one) => sum + (sizes.get(one) ?? 0), 0) : memoryOfAll(pids),
      };
    },
  };
}

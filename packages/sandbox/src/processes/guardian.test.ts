import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeGuardian } from "./guardian.ts";
import { spawnManaged } from "./managed-process.ts";
import { findStartTime, writeRecord } from "./process-records.ts";

let dir: string;
let started: ChildProcess[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "guardian-"));
  started = [];
});
afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

const isAlive = (pid: number): boolean => findStartTime(pid) !== undefined;
const startSleep = (): number => {
  const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  started.push(child);
  return child.pid ?? 0;
};

test("ends every process when the sandbox is killed with SIGKILL", async () => {
  const guardianModule = fileURLToPath(new URL("./guardian.ts", import.meta.url));
  const processModule = fileURLToPath(new URL("./managed-process.ts", import.meta.url));
  const code = `
    const { makeGuardian } = await import(${JSON.stringify(guardianModule)});
    const { spawnManaged } = await import(${JSON.stringify(processModule)});
    const guardian = await makeGuardian(${JSON.stringify(dir)});
    const run = (script) => spawnManaged({ guardian, command: "sh", args: ["-c", script], env: process.env,
      logFile: ${JSON.stringify(join(dir, "log"))} });
    const polite = await run("sleep 600");
    const deaf = await run("trap '' TERM; while true; do sleep 1; done");
    console.log(JSON.stringify([polite.pid, deaf.pid]));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", code]);
  started.push(parent);
  const pids = JSON.parse(String((await once(parent.stdout, "data"))[0])) as number[];
  expect(pids.map(isAlive)).toEqual([true, true]);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 12_000 });
}, 20_000);

test("ends leftovers of an earlier run, but no stranger that got the same process id", async () => {
  const leftover = startSleep();
  const stranger = startSleep();
  const records = join(dir, "processes");
  writeRecord(records, { pid: leftover, startTime: findStartTime(leftover) ?? "", stopSignal: "SIGTERM" });
  writeRecord(records, { pid: stranger, startTime: "1", stopSignal: "SIGTERM" });
  const guardian = await makeGuardian(dir);
  await vi.waitFor(() => expect(isAlive(leftover)).toBe(false));
  expect(isAlive(stranger)).toBe(true);
  expect(readdirSync(records)).toEqual([]);
  await guardian.dispose();
});

test("reports the exit and keeps the output with times and streams", async () => {
  const guardian = await makeGuardian(dir);
  const logFile = join(dir, "logs", "0.log");
  const process = await spawnManaged({
    guardian,
    command: "sh",
    args: ["-c", "echo one; echo two >&2; printf three; exit 3"],
    env: { PATH: "/usr/bin:/bin" },
    logFile,
  });
  expect((await process.exited).exitCode).toBe(3);
  const lines = readFileSync(logFile, "utf8").trim().split("\n");
  expect(lines.map((line) => line.slice(31)).sort()).toEqual([
    "stderr F two",
    "stdout F one",
    "stdout F three",
  ]);
  expect(readdirSync(join(dir, "processes"))).toEqual([]);
  await guardian.dispose();
});

test("kills a process that ignores its stop signal when the grace period is over", async () => {
  const guardian = await makeGuardian(dir);
  const process = await spawnManaged({
    guardian,
    command: "sh",
    args: ["-c", "trap '' TERM; echo deaf; while true; do sleep 0.05; done"],
    env: { PATH: "/usr/bin:/bin" },
    logFile: join(dir, "0.log"),
  });
  await vi.waitFor(() => expect(readFileSync(join(dir, "0.log"), "utf8")).toContain("deaf"));
  expect(await process.stop(200)).toMatchObject({ exitCode: 137, signal: "SIGKILL" });
  await guardian.dispose();
});

test("refuses a program that does not exist", async () => {
  const guardian = await makeGuardian(dir);
  const start = spawnManaged({
    guardian,
    command: "/no/such",
    args: [],
    env: {},
    logFile: join(dir, "0.log"),
  });
  await expect(start).rejects.toThrow("ENOENT");
  await guardian.dispose();
});

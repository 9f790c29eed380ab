import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { silentLog } from "./client/log.ts";
import { reservePorts } from "./ports.ts";
import { type Guardian, makeGuardian } from "./processes/index.ts";
import { startServerProcess } from "./server-process.ts";

let dir: string;
let guardian: Guardian;
let port: number;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "sandbox-server-"));
  guardian = await makeGuardian(dir);
  const none = { web: 0, ingress: 0, mail: 0, smtp: 0, supabase: 0, kubernetes: 0, database: 0 };
  port = (await reservePorts(none, "127.0.0.1")).web;
});
afterEach(async () => {
  await guardian.dispose();
  rmSync(dir, { recursive: true });
});

function start(program: string, suffix = "") {
  const env = {
    PATH: process.env.PATH ?? "",
    PORT: String(port),
    PID_FILE: join(dir, "pid"),
    PROGRAM: program,
  };
  const command = `${suffix ? "" : "exec "}"${process.execPath}" -e "$PROGRAM"${suffix}`;
  return startServerProcess({
    command,
    env,
    readyUrl: `http://127.0.0.1:${port}/readyz`,
    guardian,
    log: silentLog,
  });
}

const serving = `
  require("fs").writeFileSync(process.env.PID_FILE, String(process.pid));
  require("http").createServer((_, response) => response.end("ready")).listen(process.env.PORT, "127.0.0.1");
`;
const readPid = () => Number(readFileSync(join(dir, "pid"), "utf8"));
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it("waits until the server is ready, starts it again when it dies and ends it", async () => {
  const server = start(serving);
  await server.ready();
  const first = readPid();
  process.kill(first, "SIGKILL");
  await vi.waitFor(() => expect(readPid()).not.toBe(first), { timeout: 10_000 });
  await server.ready();
  const second = readPid();
  expect(isAlive(second)).toBe(true);
  await server.dispose();
  expect(isAlive(second)).toBe(false);
}, 20_000);

it("gives a server below a shell the time to end in good order", async () => {
  const ending = `process.on("SIGTERM", () => setTimeout(() => {
    require("fs").writeFileSync(process.env.PID_FILE, "0");
    process.exit();
  }, 300));`;
  const server = start(serving + ending, "; true");
  await server.ready();
  expect(readPid()).toBeGreaterThan(0);
  await server.dispose();
  expect(readPid()).toBe(0);
}, 20_000);

it("gives up on a server that keeps dying before it is ready", async () => {
  const server = start("process.exit(3)");
  await expect(server.ready()).rejects.toThrow("keeps dying");
  await server.dispose();
}, 20_000);

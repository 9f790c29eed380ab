import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Access } from "./access.ts";
import { portVariables } from "./config.ts";
import { endRecordedProcesses } from "./processes/process-records.ts";
import { startTestCluster, type TestCluster } from "./test-cluster.ts";

const readyWithinMs = 180_000;
const stopWithinMs = 30_000;
const keptLogCharacters = 20_000;

export interface SandboxOptions {
  /** Command to start beside it, with the environment of a platform server. */
  run?: string;
  /** State folder; without one a temporary folder, which `stop` removes. */
  dir?: string;
  env?: Record<string, string>;
  /** How many virtual nodes; 3 by default. */
  nodes?: number;
}

export interface RunningSandbox {
  access: Access;
  /** What a platform server needs to use this sandbox. */
  environment: Record<string, string>;
  dir: string;
  /** Everything written so far, its tail at least. */
  log(): string;
  stop(): Promise<void>;
  /** SIGKILL to the sandbox; its guardian ends the rest. */
  kill(): Promise<void>;
  /** The real control plane it has joined, with SANDBOX_TEST_CLUSTERS. */
  cluster: TestCluster | undefined;
}

function followOutput(child: ChildProcess): () => string {
  let tail = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-keptLogCharacters);
    });
  }
  return () => tail;
}

function spawnSandbox(options: SandboxOptions, dir: string, cluster?: TestCluster): ChildProcess {
  const anyPorts = Object.fromEntries(Object.values(portVariables).map((name) => [name, "0"]));
  const main = join(import.meta.dirname, "main.ts");
  const run = options.run === undefined ? [] : ["--run", options.run];
  return spawn(process.execPath, ["--import", import.meta.resolve("tsx"), main, "--dir", dir, ...run], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      ...anyPorts,
      SANDBOX_NODES: String(options.nodes ?? 3),
      // A test run that dies takes its sandbox with it.
      SANDBOX_STOP_WITH_STDIN: "1",
      ...(cluster && { SANDBOX_KUBECONFIG: cluster.kubeconfig }),
      ...options.env,
    },
  });
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), stopWithinMs);
  await exited.finally(() => clearTimeout(timer));
}

/** A file of before may be left by a sandbox that was killed, or belong to one that runs. */
const isWrittenSince = (path: string, sinceMs: number) =>
  (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= sinceMs;

async function waitUntilReady(child: ChildProcess, accessFile: string, log: () => string): Promise<void> {
  const startedAtMs = Date.now();
  const deadlineMs = startedAtMs + readyWithinMs;
  while (!isWrittenSince(accessFile, startedAtMs)) {
    if (hasEnded(child)) throw new Error(`The sandbox ended before it was ready:\n${log()}`);
    if (Date.now() > deadlineMs) throw new Error(`The sandbox did not become ready in time:\n${log()}`);
    await delay(50);
  }
}

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, "utf8"));

/**
 * Starts a sandbox as a process of its own on free ports; throws with the tail of its log when it fails.
 * With SANDBOX_TEST_CLUSTERS (a folder) in the environment it joins a real control plane, started for it alone.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "sandbox-")));
  const accessFile = join(dir, "access.json");
  const clusters = process.env.SANDBOX_TEST_CLUSTERS;
  const cluster = clusters ? await startTestCluster(clusters, dir) : undefined;
  const child = spawnSandbox(options, dir, cluster);
  const log = followOutput(child);
  let isOurs = !options.dir;
  const stop = async (): Promise<void> => {
    await endChild(child, "SIGTERM");
    if (isOurs) await endRecordedProcesses(join(dir, "processes"));
    if (options.dir) return;
    await cluster?.dispose();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(child, accessFile, log);
    isOurs = true;
    const access = (await readJson(accessFile)) as Access;
    const environment = (await readJson(join(dir, "environment.json"))) as Record<string, string>;
    return { access, environment, dir, log, stop, kill: () => endChild(child, "SIGKILL"), cluster };
  } catch (error) {
    await stop();
    throw error;
  }
}

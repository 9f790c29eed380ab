import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { loadKubeconfig, makeApiClient } from "./client/index.ts";

const testbed = resolve(import.meta.dirname, "../../../deploy/testbed");
const readyWithinMs = 60_000;

/** A real control plane for one sandbox of a test. */
export interface TestCluster {
  kubeconfig: string;
  /** SIGKILL to the API server, and a new one on the same etcd, whose history is forgotten; resolves when it is ready. */
  restartApiServer(): Promise<void>;
  dispose(): Promise<void>;
}

const canListen = (port: number): Promise<boolean> =>
  new Promise((tell) => {
    const server = createServer().once("error", () => tell(false));
    server.listen(port, "127.0.0.1", () => server.close(() => tell(true)));
  });

/** The first of two ports in a row that are free; random, as several may look at once. */
async function findFreePair(): Promise<number> {
  const port = 20_000 + 2 * Math.floor(Math.random() * 6_000);
  const isFree = (await canListen(port)) && (await canListen(port + 1));
  return isFree ? port : findFreePair();
}

const readPid = (file: string): number => Number(readFileSync(file, "utf8"));

function killRecorded(file: string): void {
  try {
    process.kill(readPid(file), "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function awaitReady(kubeconfig: string): Promise<void> {
  const client = makeApiClient(loadKubeconfig(kubeconfig));
  const deadlineMs = Date.now() + readyWithinMs;
  try {
    while ((await client.request("GET", "/readyz").catch(String)) !== "ok") {
      if (Date.now() > deadlineMs) throw new Error("The API server was not ready in time");
      await delay(100);
    }
  } finally {
    await client.dispose();
  }
}

async function forgetHistory(etcd: string | undefined): Promise<void> {
  const ask = async (path: string, body: object) =>
    (await fetch(`${etcd}/v3/${path}`, { method: "POST", body: JSON.stringify(body) })).json();
  const { header } = (await ask("maintenance/status", {})) as { header: { revision: string } };
  await ask("kv/compaction", { revision: header.revision });
}

async function restartApiServer(state: string): Promise<void> {
  const pid = readPid(join(state, "run/kube-apiserver.pid"));
  const [command = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  process.kill(pid, "SIGKILL");
  await forgetHistory(args[args.indexOf("--etcd-servers") + 1]);
  const kubeconfig = join(state, "kubeconfig");
  while (!(await canListen(Number(new URL(loadKubeconfig(kubeconfig).server).port)))) await delay(20);
  const log = openSync(join(state, "log/kube-apiserver.log"), "a");
  const child = spawn(command, args, { detached: true, stdio: ["ignore", log, log] });
  child.unref();
  writeFileSync(join(state, "run/kube-apiserver.pid"), String(child.pid));
  await awaitReady(kubeconfig);
}

/** Starts the test bed's control plane for the sandbox in `dir`, its state below `root`; one that runs is taken. */
export async function startTestCluster(root: string, dir: string): Promise<TestCluster> {
  const state = join(root, createHash("sha256").update(dir).digest("hex").slice(0, 12));
  const kubeconfig = join(state, "kubeconfig");
  const [apiPort, etcdPort] = [await findFreePair(), await findFreePair()];
  const ports = { TESTBED_API_PORT: String(apiPort), TESTBED_ETCD_PORT: String(etcdPort) };
  const run = (script: string) =>
    promisify(execFile)(join(testbed, script), {
      env: { ...process.env, ...ports, TESTBED_STATE: state },
    });
  if (!existsSync(kubeconfig)) await run("up.sh");
  return {
    kubeconfig,
    restartApiServer: () => restartApiServer(state),
    async dispose() {
      // Nobody wants its state: an orderly end would take ten seconds.
      for (const file of readdirSync(join(state, "run"))) killRecorded(join(state, "run", file));
      await run("down.sh");
    },
  };
}

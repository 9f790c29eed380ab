// `pnpm test:cluster [files]`: the contract of the Kubernetes API and the platform's own tests, on real control planes.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { nodeAddressOf } from "../src/join-cluster.ts";
import { startTestCluster } from "../src/test-cluster.ts";

const repository = resolve(import.meta.dirname, "../../..");
const testbed = join(repository, "deploy/testbed");
const contract = ["objects", "updates", "patches", "lifecycle", "watch", "versions", "admission"];
const allFiles = [
  ...contract.map((name) => `packages/sandbox/test/kubernetes-api-${name}.int.test.ts`),
  "packages/sandbox/test/nodes.int.test.ts",
  "packages/server/test/reflector.int.test.ts",
  "packages/server/test/platform/",
];

const files = process.argv.length > 2 ? process.argv.slice(2) : allFiles;

const say = (text: string) => process.stdout.write(`== ${text}\n`);

const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const programs = {
  go: "Go 1.26 or later, which builds Kubernetes",
  openssl: "openssl, which makes the certificates",
  curl: "curl, which asks the API server whether it is ready",
  ip: "iproute2, which gives pods their addresses",
};

function findMissing(): string[] {
  if (process.platform !== "linux") return ["Linux: pods get addresses on the device lo"];
  const missing = Object.entries(programs).flatMap(([program, what]) => (has(program) ? [] : [what]));
  return process.getuid?.() === 0 ? missing : ["root: pods get addresses on the device lo", ...missing];
}

/** Whatever a test that was killed has left: control planes, and addresses of the sandboxes in the folder. */
function cleanUp(folder: string): void {
  const clusters = join(folder, "clusters");
  for (const name of readdirSync(clusters)) {
    const env = { ...process.env, TESTBED_STATE: join(clusters, name) };
    spawnSync(join(testbed, "down.sh"), { env, stdio: "ignore" });
  }
  for (const file of globSync(join(folder, "tmp/**/nodes/sandbox-*/addresses.json"))) {
    const [dir, number] = file.split(/\/nodes\/sandbox-|\/addresses/);
    const table = JSON.parse(readFileSync(file, "utf8")) as Record<string, { ip: string }>;
    const addresses = [nodeAddressOf(dir!, Number(number) - 1), ...Object.values(table).map(({ ip }) => ip)];
    for (const ip of addresses) spawnSync("ip", ["address", "del", `${ip}/32`, "dev", "lo"]);
  }
  rmSync(folder, { recursive: true, force: true });
}

async function runTests(folder: string): Promise<number> {
  const clusters = join(folder, "clusters");
  const tmp = join(folder, "tmp");
  mkdirSync(clusters);
  mkdirSync(tmp);
  // As root, PostgreSQL runs as another user.
  chmodSync(folder, 0o711);
  chmodSync(tmp, 0o1777);
  say("starting a control plane for the contract; each sandbox gets one of its own");
  const cluster = await startTestCluster(clusters, "contract");
  // Its successor knows no versions from before its start: what is long ago can be asked for.
  await cluster.restartApiServer();
  const own = {
    TMPDIR: tmp,
    CONTRACT_KUBECONFIG: cluster.kubeconfig,
    SANDBOX_TEST_CLUSTERS: clusters,
    CRASH_TEST_STRIDE: "3",
  };
  const env = { ...process.env, ...own };
  const vitest = spawn(
    join(repository, "node_modules/.bin/vitest"),
    ["run", "--project", "integration", "--project", "platform", ...files],
    {
      ...{ cwd: repository, env, stdio: "inherit" },
    },
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => vitest.kill(signal));
  const [code] = await once(vitest, "exit");
  await cluster.dispose();
  return code ?? 1;
}

async function main(): Promise<number> {
  const missing = findMissing();
  if (missing.length > 0) {
    process.stderr.write(
      `test:cluster cannot run here. It needs:\n${missing.map((one) => `  - ${one}\n`).join("")}`,
    );
    return 2;
  }
  say("building etcd and Kubernetes (minutes the first time, then kept)");
  execFileSync(join(testbed, "build.sh"), { stdio: "inherit" });
  const folder = mkdtempSync(join(tmpdir(), "cluster-"));
  try {
    return await runTests(folder);
  } finally {
    cleanUp(folder);
  }
}

process.exitCode = await main();

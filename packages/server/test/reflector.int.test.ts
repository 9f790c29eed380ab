import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Change,
  type KubernetesObject,
  kinds,
  makeCaches,
  makeKubernetesClient,
  makeReflector,
  type Reflector,
} from "@odoo-saas/k8s-core";
import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "./support/server-process.ts";

const labelSelector = "reflected=yes";
let dir: string;
let sandbox: RunningSandbox;
let wire: Awaited<ReturnType<typeof makeWire>>;
let direct: ReturnType<typeof makeKubernetesClient>;
let cuttable: ReturnType<typeof makeKubernetesClient>;
let reflector: Reflector;
const changes: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "reflector-"));
  sandbox = await startSandbox({ dir, nodes: 1 });
  const kubeconfig = await readFile(sandbox.access.kubeconfig, "utf8");
  const server = new URL(/server: "?(https:[^\s"},]+)/.exec(kubeconfig)![1]!);
  wire = await makeWire({ host: server.hostname, port: Number(server.port) });
  const overWire = join(dir, "wire.kubeconfig");
  await writeFile(overWire, kubeconfig.replace(server.port, String(wire.port)));
  direct = makeKubernetesClient({ kubeconfigPath: sandbox.access.kubeconfig, fieldManager: "test" });
  cuttable = makeKubernetesClient({ kubeconfigPath: overWire, fieldManager: "test" });
  reflector = makeReflector({ client: cuttable, kind: kinds.ConfigMap, labelSelector, staleAfterMs: 500 });
  reflector.onChange(({ type, object }: Change<KubernetesObject>) => {
    changes.push(`${type} ${object.metadata.name}`);
  });
  await reflector.waitForSync();
});

afterAll(async () => {
  await reflector?.dispose();
  direct?.dispose();
  cuttable?.dispose();
  await wire?.dispose();
  await sandbox?.stop();
  await sandbox?.cluster?.dispose();
  await rm(dir, { recursive: true, force: true });
});

/** A connection to the API server that can be cut or fall silent: nothing comes through until it is mended. */
async function makeWire(target: { host: string; port: number }) {
  const sockets = new Set<Socket>();
  let isCut = false;
  const silent = new Set<Socket>();
  let isSilent = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    if (isSilent) return void silent.add(near.on("error", () => near.destroy()));
    const far = connect(target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    cut,
    /** Nobody is told that nothing comes through. */
    silence: () => {
      isSilent = true;
      for (const socket of sockets) socket.unpipe();
    },
    mend: () => {
      isCut = false;
      isSilent = false;
    },
    dispose: () => {
      cut();
      for (const socket of silent) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const put = (name: string, data: Record<string, string> = {}) =>
  direct.apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default", labels: { reflected: "yes" } },
    data,
  });
const remove = (name: string) => direct.delete({ kind: kinds.ConfigMap, namespace: "default", name });
const versions = (objects: KubernetesObject[]) =>
  objects.map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).sort();

/** The cache shows exactly what the API server has. */
const untilSame = () =>
  eventually(async () => {
    const { items } = await direct.list(kinds.ConfigMap, { labelSelector });
    expect(versions(reflector.list())).toEqual(versions(items));
    return !reflector.isStale() || undefined;
  }, 30_000);

/** SIGKILL to the API server; the one after it knows no history. */
async function restartApiServer() {
  if (sandbox.cluster) return sandbox.cluster.restartApiServer();
  const { port } = new URL(
    /server: "?(https:\S+)/.exec(await readFile(sandbox.access.kubeconfig, "utf8"))![1]!,
  );
  await sandbox.kill();
  sandbox = await startSandbox({ dir, nodes: 1, env: { SANDBOX_PORT_KUBERNETES: port } });
}

test("a reflector that was cut off learns of what was made, changed, replaced and deleted meanwhile", async () => {
  for (const name of ["stays", "changes", "leaves", "returns"]) await put(name);
  await untilSame();
  wire.cut();
  await eventually(async () => reflector.isStale() || undefined);
  changes.length = 0;
  await put("changes", { a: "1" });
  await remove("leaves");
  await remove("returns");
  await put("returns");
  await put("comes");
  expect(reflector.find({ namespace: "default", name: "leaves" })).toBeDefined();
  wire.mend();
  await untilSame();
  expect(changes).toEqual(expect.arrayContaining(["MODIFIED changes", "DELETED leaves", "ADDED comes"]));
  expect(changes.filter((change) => change.endsWith("stays"))).toEqual([]);
});

test("it lists anew, and tells the differences only, when the history it missed is gone", async () => {
  await untilSame();
  wire.cut();
  await remove("stays");
  await put("came-late");
  await restartApiServer();
  changes.length = 0;
  wire.mend();
  await untilSame();
  expect(changes.sort()).toEqual(["ADDED came-late", "DELETED stays"]);
});

test("it follows on after the API server was killed under it", async () => {
  await untilSame();
  await restartApiServer();
  changes.length = 0;
  await put("afterwards");
  await untilSame();
  expect(changes).toEqual(["ADDED afterwards"]);
});

test("caches notice a connection that fell silent, and return with the API server, not after their back-off", async () => {
  const caches = makeCaches({ client: cuttable, staleAfterMs: 500 });
  try {
    await caches.waitForSync();
    wire.silence();
    await eventually(async () => (caches.isStale() && !caches.isConnected()) || undefined, 30_000);
    wire.mend();
    await eventually(async () => !caches.isStale() || undefined, 6_000);
  } finally {
    await caches.dispose();
  }
});

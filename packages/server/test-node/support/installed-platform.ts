import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startIngress } from "@odoo-saas/sandbox/ingress";
import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import pg from "pg";
import { type ClusterReader, makeClusterReader } from "../../test/support/cluster-reader.ts";
import type { PlatformAccess } from "../../test/support/platform-client.ts";
import { makeTestbed, nodeAddress, type Testbed } from "./testbed.ts";

/** Where the chart was installed. */
export const systemNamespace = "saas-system";
const release = "saas";
const server = `${release}-server`;

/** The platform as the chart installs it on the real node, with the sandbox's auth, mail and database beside it. */
export interface InstalledPlatform {
  testbed: Testbed;
  cluster: ClusterReader;
  sandbox: RunningSandbox;
  access: PlatformAccess;
  ingressPort: number;
  dispose(): Promise<void>;
}

const secretNames = [
  "DATABASE_URL",
  "DATABASE_API_URL",
  "DATABASE_WORKER_URL",
  "SUPABASE_ANON_KEY",
  "SUPABASE_SERVICE_ROLE_KEY",
  "IDEMPOTENCY_SECRET",
];

// Two cores for everything: a small pool, one replica.
const buildValues = ({ environment }: RunningSandbox, ingressPort: number) => ({
  image: { repository: "localhost/odoo-saas-kit/server", tag: "dev", pullPolicy: "Never" },
  replicas: 1,
  settings: {
    APP_ENV: "development",
    LOG_LEVEL: "info",
    PUBLIC_URL: "http://platform.localhost",
    BASE_DOMAIN: "localhost",
    TENANT_URL_SCHEME: "http",
    TENANT_URL_PORT: String(ingressPort),
    SUPABASE_URL: environment.SUPABASE_URL,
    POOL_CPU_MILLICORES: "500",
    POOL_MEMORY_BYTES: String(512 * 2 ** 20),
    POOL_STORAGE_BYTES: String(5 * 2 ** 30),
    ODOO_BUNDLES: "base",
    DEDICATED_SERVER_SIZE_FACTOR: "0.2",
    ORPHAN_GRACE_SECONDS: "5",
  },
  secrets: Object.fromEntries(secretNames.map((name) => [name, environment[name]])),
});

async function installChart(testbed: Testbed, valuesFile: string): Promise<void> {
  const { kubectl, helm } = testbed;
  const chart = join(import.meta.dirname, "../../../../deploy/chart");
  await kubectl("create", "namespace", systemNamespace).catch(() =>
    kubectl("get", "namespace", systemNamespace),
  );
  await kubectl(
    "label",
    "namespace",
    systemNamespace,
    "--overwrite",
    "pod-security.kubernetes.io/enforce=restricted",
  );
  try {
    await helm(
      "upgrade",
      "--install",
      release,
      chart,
      "-n",
      systemNamespace,
      "--values",
      valuesFile,
      "--wait",
      "--timeout",
      "120s",
    );
  } catch (error) {
    const state = await kubectl("-n", systemNamespace, "describe", "pods");
    const log = await kubectl("-n", systemNamespace, "logs", `deployment/${server}`, "--tail=40").catch(
      String,
    );
    throw new Error(`The chart was not installed:\n${state.slice(-3_000)}\n${log}`, { cause: error });
  }
}

/** Installs the chart, with further settings of the server, and waits until it is ready; `dispose` takes everything away again. */
export async function installPlatform(settings: Record<string, string> = {}): Promise<InstalledPlatform> {
  const testbed = makeTestbed();
  const dir = await mkdtemp(join(tmpdir(), "test-node-"));
  const undo: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  const dispose = async () => {
    for (const step of undo.reverse()) await step();
  };
  try {
    const administrator = await testbed.writeTokenKubeconfig(dir);
    const cluster = await makeClusterReader(administrator.path);
    const sandbox = await startSandbox({ env: { SANDBOX_HOST: nodeAddress }, nodes: 1 });
    undo.push(() => sandbox.stop());
    // Stands in for Traefik, which cannot be had without a registry.
    const ingress = await startIngress({
      access: administrator,
      port: 0,
      host: nodeAddress,
      ingressClass: "traefik",
    });
    undo.push(() => ingress.dispose());
    undo.push(() => removeEverything(testbed));
    const valuesFile = join(dir, "values.json");
    const values = buildValues(sandbox, ingress.port);
    Object.assign(values.settings, settings);
    await writeFile(valuesFile, JSON.stringify(values), { mode: 0o600 });
    await installChart(testbed, valuesFile);
    await lowerRequests(sandbox);
    const address = await testbed.kubectl(
      "-n",
      systemNamespace,
      "get",
      "service",
      server,
      "-o",
      "jsonpath={.spec.clusterIP}",
    );
    const access = {
      graphql: `http://${address}/graphql`,
      subscriptions: `ws://${address}/graphql`,
      supabaseUrl: sandbox.access.supabaseUrl,
      supabaseAnonKey: sandbox.access.supabaseAnonKey,
    };
    return { testbed, cluster, sandbox, access, ingressPort: ingress.port, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Plans are made for customers' nodes: on two cores their pods would not find room beside each other. */
async function lowerRequests({ environment }: RunningSandbox): Promise<void> {
  const database = new pg.Client(environment.DATABASE_URL);
  await database.connect();
  await database.query("update platform.plans set cpu_request_millicores = cpu_request_millicores / 5");
  await database.end();
}

async function removeEverything({ helm, kubectl }: Testbed): Promise<void> {
  await helm("uninstall", release, "-n", systemNamespace, "--ignore-not-found", "--wait");
  const owned = await kubectl(
    "get",
    "namespaces",
    "-l",
    "app.kubernetes.io/managed-by=saas-kit",
    "-o",
    "name",
  );
  await kubectl(
    "delete",
    `namespace/${systemNamespace}`,
    ...owned.split("\n").filter(Boolean),
    "--timeout=120s",
  );
}

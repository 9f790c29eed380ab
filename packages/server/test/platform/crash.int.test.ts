import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterReader, makeClusterReader } from "../support/cluster-reader.ts";
import { makeKubernetesTap, moveAddresses } from "../support/kubernetes-tap.ts";
import { makePlatformClient, type PlatformClient } from "../support/platform-client.ts";
import { listPoolContents } from "../support/pool-contents.ts";
import { makePostgresTap } from "../support/postgres-tap.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";
import { type CreatedTenant, createTenant, untilState } from "../support/tenant-journeys.ts";

// A real control plane takes longer for each of its own steps.
const readyAfterRestartMs = process.env.SANDBOX_TEST_CLUSTERS ? 30_000 : 15_000;
/** 1: after every write. A real control plane takes its time: there every third write is enough. */
const stride = Number(process.env.CRASH_TEST_STRIDE ?? 1);
const removedTogether = 10;

let sandbox: RunningSandbox;
let cluster: ClusterReader;
let port: number;
let environment: Record<string, string>;
const disposals: (() => Promise<void>)[] = [];

/** Counts writes and ends the server with SIGKILL right after the chosen one. */
const trap = {
  server: undefined as ServerProcess | undefined,
  killAfter: Number.POSITIVE_INFINITY,
  writes: [] as string[],
  isArmed: false,
  onWrite(description: string) {
    if (!trap.isArmed) return;
    trap.writes.push(description);
    if (trap.writes.length === trap.killAfter) trap.server?.signal("SIGKILL");
  },
  arm(killAfter: number) {
    Object.assign(trap, { killAfter, writes: [], isArmed: true });
  },
};

beforeAll(async () => {
  sandbox = await startSandbox();
  cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
  const onWrite = (description: string) => trap.onWrite(description);
  const kubeconfig = `${sandbox.dir}/tap-kubeconfig`;
  const kubernetes = await makeKubernetesTap({
    kubeconfig: sandbox.environment.KUBECONFIG!,
    writeKubeconfigTo: kubeconfig,
    onWrite,
  });
  const database = new URL(sandbox.environment.DATABASE_URL!);
  const platform = await makePostgresTap({
    name: "platform",
    upstream: { host: database.hostname, port: Number(database.port) },
    listen: { host: "127.0.0.1", port: 0 },
    onWrite,
  });
  disposals.push(kubernetes.dispose, platform.dispose);
  environment = { ...sandbox.environment, KUBECONFIG: kubeconfig };
  for (const name of ["DATABASE_URL", "DATABASE_API_URL", "DATABASE_WORKER_URL"]) {
    const url = new URL(environment[name]!);
    url.port = String(platform.port);
    environment[name] = url.href;
  }
  port = await freePort();
  // The pool comes up first, by a server that reaches it directly; then taps take its place.
  const first = await startServer(sandbox.environment, port);
  const pool = await cluster.untilPoolAddress("postgres-shared-1");
  const client = await signIn();
  const warm = await createTenant(client, "warm-up");
  await untilState(client, warm, { state: "RUNNING", timeoutMs: 60_000 });
  await client.dispose();
  await first.kill();
  const tap = await makePostgresTap({
    name: "pool",
    upstream: pool,
    listen: {
      host: moveAddresses(pool.host),
      port: pool.port,
    },
    onWrite,
  });
  disposals.push(tap.dispose);
});

afterAll(async () => {
  await trap.server?.kill();
  for (const dispose of disposals) await dispose();
  await sandbox?.stop();
});

const signIn = (): Promise<PlatformClient> =>
  makePlatformClient(
    {
      ...sandbox.access,
      graphql: `http://127.0.0.1:${port}/graphql`,
      subscriptions: `ws://127.0.0.1:${port}/graphql`,
    },
    sandbox.access.customer,
  );

/** Creates a tenant with the server killed after write number `killAfter`, and returns what stands in the end. */
async function createWithCrash(slug: string, killAfter: number) {
  trap.server ??= await startServer(environment, port);
  const client = await signIn();
  try {
    trap.arm(killAfter);
    const asked = createTenant(client, slug).catch(() => undefined); // the answer may die with the server
    const finished = asked.then((tenant) =>
      tenant ? untilState(client, tenant, { state: "RUNNING" }) : undefined,
    );
    await Promise.race([finished.catch(() => undefined), trap.server.exited]);
    const wasKilled = trap.writes.length >= killAfter;
    trap.isArmed = false;
    let recoveredInMs = 0;
    if (wasKilled) {
      await trap.server.exited;
      const startedAtMs = Date.now();
      trap.server = await startServer(environment, port);
      const again = await createTenantAgain(client, slug);
      await untilState(client, again, { state: "RUNNING", timeoutMs: readyAfterRestartMs });
      recoveredInMs = Date.now() - startedAtMs;
    }
    const tenant = await createTenantAgain(client, slug);
    return {
      wasKilled,
      recoveredInMs,
      killedAfter: trap.writes[killAfter - 1],
      tenant,
      writes: trap.writes.length,
    };
  } finally {
    await client.dispose();
  }
}

/** The tenant with this subdomain: the one that the killed mutation made, or, had it not committed, a new one. */
async function createTenantAgain(client: PlatformClient, slug: string) {
  type Found = { tenants: { edges: { node: { id: string; slug: string } }[] } };
  const { tenants } = await client.request<Found>(
    "query ($filter: TenantFilter) { tenants(filter: $filter) { edges { node { id slug } } } }",
    { filter: { search: slug } },
  );
  const found = tenants.edges.find((edge) => edge.node.slug === slug)?.node;
  if (found === undefined) return createTenant(client, slug);
  const uuid = Buffer.from(found.id, "base64url").toString().split(":")[1]!;
  return { id: found.id, uuid, namespace: `tenant-${uuid}`, operationId: "" };
}

/** Their deletions would count as writes of the next creation, so nothing is armed meanwhile. */
async function removeTenants(tenants: { tenant: CreatedTenant; slug: string }[]): Promise<void> {
  await Promise.all(
    tenants.splice(0).map(async ({ tenant, slug }) => cluster.removeTenant(await signIn(), tenant, slug)),
  );
}

test("a server killed after any write of a creation leaves nothing that the next one does not finish", async () => {
  const undisturbed = await createWithCrash("undisturbed", Number.POSITIVE_INFINITY);
  const expected = await cluster.describeTenant(undisturbed.tenant, "undisturbed");
  expect(expected.length).toBeGreaterThan(12);
  const standing: { tenant: CreatedTenant; slug: string }[] = [];
  let slowestMs = 0;
  let killAfter = 1;
  for (; ; killAfter += stride) {
    const slug = `crash-${killAfter}`;
    const result = await createWithCrash(slug, killAfter);
    const where = `killed after write ${killAfter}: ${result.killedAfter}`;
    expect(await cluster.describeTenant(result.tenant, slug), where).toEqual(expected);
    const contents = await listPoolContents(cluster, "postgres-shared-1", result.tenant.uuid);
    expect(contents, where).toEqual({ databases: 1, roles: 1 });
    expect(result.recoveredInMs, where).toBeLessThan(readyAfterRestartMs);
    slowestMs = Math.max(slowestMs, result.recoveredInMs);
    if (!result.wasKilled) break;
    standing.push({ tenant: result.tenant, slug });
    if (standing.length === removedTogether) await removeTenants(standing);
  }
  const kills = Math.floor((killAfter - 1) / stride);
  console.log(
    `killed after ${kills} of ${killAfter - 1} writes; slowest recovery ${slowestMs} ms from the new start`,
  );
  expect(killAfter).toBeGreaterThan(20);
}, 2_700_000);

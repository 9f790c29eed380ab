import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type ClusterReader, makeClusterReader } from "../support/cluster-reader.ts";
import { mountSmallDisk, type SmallDisk } from "../support/full-disk.ts";
import { makePlatformClient, type PlatformClient } from "../support/platform-client.ts";
import { listPoolContents } from "../support/pool-contents.ts";
import { eventually, freePort, type ServerProcess, startServer } from "../support/server-process.ts";
import { type CreatedTenant, createTenant, tenantState, untilState } from "../support/tenant-journeys.ts";

const pool = "postgres-shared-1";
const recoversWithinMs = 90_000;
const diskMebibytes = 600;

let dir: string;
let disk: SmallDisk | undefined;
let sandbox: RunningSandbox;
let cluster: ClusterReader;
let environment: Record<string, string>;
let port: number;
let server: ServerProcess;
let client: PlatformClient;
const tenants: CreatedTenant[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "faults-"));
  disk = mountSmallDisk(join(dir, "nodes", "volumes"), diskMebibytes); // where the kubelets keep volumes
  sandbox = await startSandbox({ dir });
  cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
  environment = { ...sandbox.environment, SPARES: "none" }; // each creation makes a database
  port = await freePort();
  server = await startServer(environment, port);
  const access = {
    ...sandbox.access,
    graphql: `${server.url}/graphql`,
    subscriptions: `ws://127.0.0.1:${port}/graphql`,
  };
  client = await makePlatformClient(access, sandbox.access.customer);
  tenants.push(await createTenant(client, "first"));
  await untilRunning(tenants[0]!, 120_000);
});

afterEach(() => disk?.empty());

afterAll(async () => {
  await client?.dispose();
  await server?.kill();
  await sandbox?.stop();
  await sandbox?.cluster?.dispose(); // with a folder of its own the sandbox leaves it
  disk?.dispose();
  await rm(dir, { recursive: true, force: true });
});

const untilRunning = (tenant: CreatedTenant, timeoutMs = recoversWithinMs) =>
  untilState(client, tenant, { state: "RUNNING", timeoutMs });

async function create(slug: string): Promise<CreatedTenant> {
  const tenant = await createTenant(client, slug);
  tenants.push(tenant);
  return tenant;
}

/** The tenant's state once its message is as wanted. */
const untilTold = (tenant: CreatedTenant, wanted: RegExp) =>
  client.waitFor<{ tenant: { state: string; stateMessage: string } }>(
    { ...tenantState, variables: { id: tenant.id } },
    ({ tenant: now }) => wanted.test(now.stateMessage),
    recoversWithinMs,
  );

async function asPoolOwner<T>(run: (session: pg.Client) => Promise<T>): Promise<T> {
  const session = new pg.Client({
    ...(await cluster.untilPoolAddress(pool)),
    ...{ user: "postgres", database: "postgres" },
    password: await cluster.passwordOfPool(pool),
  });
  session.on("error", () => undefined); // its server is killed under it
  await session.connect();
  try {
    return await run(session);
  } finally {
    await session.end().catch(() => undefined);
  }
}

/** Creates a tenant and runs `act` while the pool is in the middle of its CREATE DATABASE. */
async function whileDatabaseIsMade(slug: string, act: () => Promise<unknown>): Promise<CreatedTenant> {
  return asPoolOwner(async (session) => {
    await session.query("begin; lock table pg_database in share mode"); // CREATE DATABASE waits for it, sign-ins do not
    const tenant = await create(slug);
    await eventually(async () => {
      await session.query("select pg_stat_clear_snapshot()"); // kept for a transaction otherwise
      const { rowCount } = await session.query(
        "select from pg_stat_activity where query ilike '%create database%' and wait_event_type = 'Lock'",
      );
      return rowCount ? true : undefined;
    }, 60_000);
    await act();
    await session.query("rollback").catch(() => undefined);
    return tenant;
  });
}

test("a server that is killed while a database is being made is followed by one that finishes the creation", async () => {
  const tenant = await whileDatabaseIsMade("killed", () => server.kill());
  server = await startServer(environment, port);
  await untilRunning(tenant);
});

test("a pool that is restarted in the middle of a creation is waited for", async () => {
  const pod = `/api/v1/namespaces/${pool}/pods/postgres-0`;
  const before = await cluster.call<{ metadata: { uid: string } }>(pod);
  const tenant = await whileDatabaseIsMade("restarted", async () => {
    await cluster.call(`${pod}?gracePeriodSeconds=1`, { method: "DELETE" });
  });
  await untilRunning(tenant);
  expect((await cluster.call<typeof before>(pod)).metadata.uid).not.toBe(before.metadata.uid);
  await untilRunning(tenants[0]!);
});

test("a pool whose disk is full says so, keeps what it has, and goes on when there is room", async ({
  skip,
}) => {
  if (disk === undefined) return skip("a file system of its own cannot be mounted here");
  disk.fill(2);
  const tenant = await create("no-room");
  await untilTold(tenant, /disk is full|does not answer/);
  disk.empty();
  await untilRunning(tenant);
  await untilRunning(tenants[0]!);
});

test("a field that somebody added beside the platform's is told until it is taken away", async () => {
  const [{ namespace, id }] = tenants as [CreatedTenant];
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/odoo`;
  type Conditions = { tenant: { conditions: { type: string; status: string; message: string }[] } };
  const untilUnaltered = (status?: string) =>
    client.waitFor<Conditions>(
      {
        query: "subscription ($id: ID!) { tenant(id: $id) { conditions { type status message } } }",
        variables: { id },
      },
      ({ tenant }) => tenant.conditions.find(({ type }) => type === "Unaltered")?.status === status,
      recoversWithinMs,
    );
  await untilUnaltered(undefined);
  const patch = (minReadySeconds: number | null) =>
    cluster.call(`${deployment}?fieldManager=kubectl-edit`, {
      method: "PATCH",
      type: "application/merge-patch+json",
      body: { spec: { minReadySeconds } },
    });
  await patch(1);
  const { tenant } = await untilUnaltered("FALSE");
  expect(JSON.stringify(tenant.conditions)).toContain(
    "kubectl-edit set spec.minReadySeconds of Deployment odoo",
  );
  await patch(null);
  await untilUnaltered("TRUE");
});

test("an instance that its namespace's quota refuses says so, and comes up when the quota is gone", async () => {
  const [{ namespace, id }] = tenants as [CreatedTenant];
  const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
  const own = await cluster.call<{ spec: unknown }>(`${quotas}/tenant`);
  // Ours, lowered by hand, is put back; somebody else's is not ours to remove.
  await cluster.call(`${quotas}/tenant`, {
    method: "PATCH",
    type: "application/merge-patch+json",
    body: { spec: { hard: { pods: "0" } } },
  });
  await eventually(async () => {
    const now = await cluster.call<{ spec: unknown }>(`${quotas}/tenant`);
    expect(now.spec).toEqual(own.spec);
    return true;
  });
  const foreign = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "foreign" },
    spec: { hard: { pods: "0" } },
  };
  await cluster.call(quotas, { method: "POST", body: foreign });
  const [pod] = await cluster.list(`/api/v1/namespaces/${namespace}/pods`);
  await cluster.call(`/api/v1/namespaces/${namespace}/pods/${pod!.metadata.name}`, { method: "DELETE" });
  const told = await untilTold({ id } as CreatedTenant, /quota/);
  expect(told.tenant).toMatchObject({ state: "DEGRADED", stateMessage: expect.stringContaining("foreign") });
  await cluster.call(`${quotas}/foreign`, { method: "DELETE" });
  await untilRunning(tenants[0]!);
});

test("after all of it every tenant has one database and one role, and nothing belongs to nobody", async () => {
  for (const { uuid } of tenants) {
    expect(await listPoolContents(cluster, pool, uuid)).toEqual({ databases: 1, roles: 1 });
  }
  const platform = new pg.Client(environment.DATABASE_WORKER_URL);
  await platform.connect();
  try {
    const read = async () =>
      (
        await platform.query(
          "select lease_epoch::int as epoch, lease_owner, last_error from platform.reconcile_queue where key = 'orphans'",
        )
      ).rows[0];
    const { epoch } = await read();
    await platform.query("update platform.reconcile_queue set due_at = now() where key = 'orphans'");
    await eventually(async () => {
      const now = await read();
      return now.epoch > epoch && now.lease_owner === null && now.last_error === null ? true : undefined;
    });
    expect((await platform.query("select kind, place, name from platform.orphans")).rows).toEqual([]);
    expect((await platform.query("select code from platform.drift where ended_at is null")).rows).toEqual([]);
  } finally {
    await platform.end();
  }
});

import { setTimeout as delay } from "node:timers/promises";
import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterReader, makeClusterReader } from "../support/cluster-reader.ts";
import { makePlatformClient, type PlatformClient } from "../support/platform-client.ts";
import { listPoolContents } from "../support/pool-contents.ts";
import { eventually, freePort, type ServerProcess, startServer } from "../support/server-process.ts";
import { type CreatedTenant, createTenant, untilState } from "../support/tenant-journeys.ts";

const stoppedForMs = 60_000;
const pool = "postgres-shared-1";

let sandbox: RunningSandbox;
let cluster: ClusterReader;
const servers: ServerProcess[] = [];
const clients: PlatformClient[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
});

afterAll(async () => {
  for (const client of clients) await client.dispose();
  for (const server of servers) await server.kill();
  await sandbox?.stop();
});

async function startAnother() {
  const port = await freePort();
  const server = await startServer(sandbox.environment, port);
  servers.push(server);
  const access = {
    ...sandbox.access,
    graphql: `${server.url}/graphql`,
    subscriptions: `ws://127.0.0.1:${port}/graphql`,
  };
  const client = await makePlatformClient(access, sandbox.access.customer);
  clients.push(client);
  return { server, client };
}

/** Everything of a tenant that a late writer could have touched, with versions. */
async function fingerprint(tenants: CreatedTenant[]) {
  return Promise.all(
    tenants.map(async (tenant) => ({
      tenant: tenant.uuid,
      namespace: (await cluster.list("/api/v1/namespaces")).find(
        (item) => item.metadata.name === tenant.namespace,
      )?.metadata.uid,
      objects: await cluster.describeTenant(tenant, "any"),
      deployment: (
        await cluster.call<{ metadata: { generation: number; uid: string } }>(
          `/apis/apps/v1/namespaces/${tenant.namespace}/deployments/odoo`,
        )
      ).metadata.generation,
      pool: await listPoolContents(cluster, pool, tenant.uuid),
    })),
  );
}

test("a server that was stopped in the middle and goes on a minute later changes nothing in the end state", async () => {
  const late = await startAnother();
  const warm = await createTenant(late.client, "warm-up");
  await untilState(late.client, warm, { state: "RUNNING", timeoutMs: 60_000 });

  // Four creations, each stopped at another point of its way.
  const tenants: CreatedTenant[] = [];
  for (const slug of ["late-a", "late-b", "late-c", "late-d"]) {
    tenants.push(await createTenant(late.client, slug));
  }
  await cluster.call(`/api/v1/namespaces/${tenants[0]!.namespace}`).catch(() => undefined);
  late.server.signal("SIGSTOP");
  const stoppedAtMs = Date.now();

  const successor = await startAnother();
  for (const tenant of tenants)
    await untilState(successor.client, tenant, { state: "RUNNING", timeoutMs: 45_000 });
  const before = await fingerprint(tenants);
  expect(before.map((one) => one.pool)).toEqual(tenants.map(() => ({ databases: 1, roles: 1 })));

  await delay(Math.max(0, stoppedForMs - (Date.now() - stoppedAtMs))); // the minute is the scenario, not a wait
  late.server.signal("SIGCONT");
  // Its first answer may be the end of a connection that was idle for too long meanwhile.
  const after = await eventually(() => createTenant(late.client, "afterwards"));
  await untilState(late.client, after, { state: "RUNNING", timeoutMs: 30_000 });
  expect(await fingerprint(tenants)).toEqual(before);
  for (const tenant of tenants)
    await untilState(successor.client, tenant, { state: "RUNNING", timeoutMs: 5_000 });
}, 240_000);

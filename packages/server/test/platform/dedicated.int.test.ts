import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterReader, makeClusterReader } from "../support/cluster-reader.ts";
import { makePlatformClient, type PlatformClient } from "../support/platform-client.ts";
import { eventually } from "../support/server-process.ts";
import {
  type CreatedTenant,
  createTenant,
  deleteTenant,
  untilGone,
  untilState,
} from "../support/tenant-journeys.ts";

const upWithinMs = 120_000;
const slug = "clinic";

let sandbox: RunningSandbox;
let cluster: ClusterReader;
let client: PlatformClient;
let tenant: CreatedTenant;

beforeAll(async () => {
  sandbox = await startSandbox({ run: "tsx packages/server/src/main.ts" });
  cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
  client = await makePlatformClient(sandbox.access, sandbox.access.customer);
});

afterAll(async () => {
  await client?.dispose();
  await sandbox?.stop();
});

const secretOf = async (name: string, key: string) => {
  const path = `/api/v1/namespaces/${tenant.namespace}/secrets/${name}`;
  const { data } = await cluster.call<{ data: Record<string, string> }>(path);
  return Buffer.from(data[key] ?? "", "base64").toString();
};

const countUsers = `select count(*) > 0 as "hasUsers" from res_users`;

/** As the tenant's role, in its own database unless another is named. */
async function asTenant(query: string, database?: string): Promise<unknown[]> {
  const user = `t_${tenant.uuid.replaceAll("-", "")}`;
  const password = await secretOf("odoo", "database-password");
  const server = await cluster.untilPoolAddress(tenant.namespace);
  const session = new pg.Client({ ...server, user, password, database: database ?? user });
  session.on("error", () => {}); // ended from outside
  try {
    await session.connect();
    return (await session.query(query)).rows;
  } finally {
    await session.end().catch(() => undefined);
  }
}

test("HIPAA on the smallest plan comes up on a server of its own, with the chosen settings", async () => {
  const wishes = { compliance: ["HIPAA"], databaseSettings: [{ name: "work_mem", value: "24" }] };
  tenant = await createTenant(client, slug, wishes);
  await untilState(client, tenant, { state: "RUNNING", timeoutMs: upWithinMs });
  type Answer = { tenant: { strategy: object; placement: object } };
  const seen = await client.request<Answer>(
    "query ($id: ID!) { tenant(id: $id) { strategy { reason advice { reason } } placement { strategy pool } } }",
    { id: tenant.id },
  );
  expect(seen.tenant).toEqual({
    strategy: { reason: "Dedicated, because HIPAA was asked for.", advice: null },
    placement: { strategy: "DEDICATED", pool: tenant.namespace },
  });
  expect(await asTenant("show work_mem")).toEqual([{ work_mem: "24MB" }]);
  expect(await asTenant(countUsers)).toEqual([{ hasUsers: true }]);
  await expect(asTenant("select 1", "postgres")).rejects.toThrow("permission denied");
});

test("the quota has room for all that runs there, and what is deleted of the server is back", async () => {
  const quota = await cluster.call<{ status: { hard: object; used: Record<string, string> } }>(
    `/api/v1/namespaces/${tenant.namespace}/resourcequotas/tenant`,
  );
  expect(quota.status.used).toMatchObject({ "count/statefulsets.apps": "1", persistentvolumeclaims: "2" });
  const path = `/apis/networking.k8s.io/v1/namespaces/${tenant.namespace}/networkpolicies/allow-control-plane`;
  const before = await cluster.call<{ metadata: { uid: string } }>(path);
  await cluster.call(path, { method: "DELETE" });
  await eventually(async () => {
    const now = await cluster.call<{ metadata: { uid: string } }>(path);
    return now.metadata.uid !== before.metadata.uid ? true : undefined;
  });
});

test("its isolation report finds nothing broken, and its own database as reachable as it must be", async () => {
  const input = { tenantId: tenant.id };
  const run =
    "mutation ($input: RunIsolationReportInput!) { runIsolationReport(input: $input) { userErrors { message } } }";
  await client.request(run, { input });
  type Probe = { key: string; verdict: string; evidence: string };
  type Answer = { isolationReport: { last: { verdict: string | null; probes: Probe[] } | null } };
  const read = `query ($tenantId: ID!) { isolationReport(tenantId: $tenantId) {
    last { verdict probes { key verdict evidence } } } }`;
  const report = await eventually(async () => {
    const { isolationReport } = await client.request<Answer>(read, input);
    return isolationReport.last?.verdict ? isolationReport.last : undefined;
  }, 90_000);
  expect(report.probes.length).toBeGreaterThan(5);
  expect(report.probes.filter(({ verdict }) => verdict === "BROKEN")).toEqual([]);
  for (const key of ["database.own", "database.alone", "database.postgres", "network.own-database"]) {
    expect(report.probes.find((probe) => probe.key === key)).toMatchObject({ verdict: "PROVEN" });
  }
});

test("a server that is killed comes back with its data, and the instance with it", async () => {
  const path = `/api/v1/namespaces/${tenant.namespace}/pods/postgres-0`;
  const before = await cluster.call<{ metadata: { uid: string } }>(path);
  await cluster.call(path, { method: "DELETE" });
  await eventually(async () => {
    const now = await cluster.call<{ metadata: { uid: string }; status: { phase: string } }>(path);
    return now.metadata.uid !== before.metadata.uid && now.status.phase === "Running" ? true : undefined;
  }, 60_000);
  await eventually(async () => {
    const found = await asTenant(countUsers).catch(() => []);
    return found.length > 0 ? true : undefined;
  }, 60_000);
  await untilState(client, tenant, { state: "RUNNING", timeoutMs: 60_000 });
});

test("its deletion leaves neither namespace nor volume", async () => {
  const volumesOf = async () => {
    const volumes = await cluster.list("/api/v1/persistentvolumes");
    return volumes.filter((volume) => JSON.stringify(volume).includes(tenant.namespace));
  };
  expect(await volumesOf()).toHaveLength(2);
  await deleteTenant(client, tenant, slug);
  await untilGone(client, tenant, 60_000);
  await expect(cluster.call(`/api/v1/namespaces/${tenant.namespace}`)).rejects.toThrow(/404/);
  await eventually(async () => ((await volumesOf()).length === 0 ? true : undefined));
});

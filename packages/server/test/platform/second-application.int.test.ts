import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterReader, makeClusterReader } from "../support/cluster-reader.ts";
import { requestThroughIngress } from "../support/ingress-request.ts";
import { makePlatformClient, type PlatformClient } from "../support/platform-client.ts";
import { listPoolContents } from "../support/pool-contents.ts";
import { runOperation } from "../support/run-operation.ts";
import { eventually } from "../support/server-process.ts";
import {
  type CreatedTenant,
  createTenant,
  deleteTenant,
  untilGone,
  untilState,
} from "../support/tenant-journeys.ts";

const pool = "postgres-shared-1";
const slug = "notices";
const timeoutMs = 90_000;

let sandbox: RunningSandbox;
let cluster: ClusterReader;
let client: PlatformClient;
let tenant: CreatedTenant;

beforeAll(async () => {
  sandbox = await startSandbox({
    run: "tsx packages/server/test/support/second-application-server.ts",
    env: { SPARES: "" },
  });
  cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
  client = await makePlatformClient(sandbox.access, sandbox.access.customer);
});

afterAll(async () => {
  await client?.dispose();
  await sandbox?.stop();
});

const ask = (path: string) => requestThroughIngress(sandbox.access.ingress, { slug, path });

const operate = (mutation: string, input: Record<string, unknown> = {}) =>
  runOperation(client, mutation, { tenantId: tenant.id, timeoutMs, ...input });

test("an application that is not Odoo is provisioned, isolated and reached at its own address", async () => {
  tenant = await createTenant(client, slug, { odooVersion: "1" });
  await untilState(client, tenant, { state: "RUNNING", timeoutMs });
  const answer = await eventually(async () => {
    const found = await ask("/");
    return found.status === 200 ? found : undefined;
  });
  const database = `t_${tenant.uuid.replaceAll("-", "")}`;
  expect(answer.text).toBe(`notice of ${slug}, kept in ${database}\n`);
  expect((await ask("/closed/anything")).status).toBe(502);
  expect(await listPoolContents(cluster, pool, tenant.uuid)).toEqual({ databases: 1, roles: 1 });
  const objects = await cluster.listTenant(tenant.namespace);
  const kinds = new Set(objects.map(({ kind }) => kind));
  for (const kind of ["NetworkPolicy", "ResourceQuota", "LimitRange", "Secret", "Deployment", "Ingress"]) {
    expect(kinds).toContain(kind);
  }
  const [namespace] = objects;
  expect(namespace!.metadata.labels).toMatchObject({
    "app.kubernetes.io/name": "noticeboard",
    "pod-security.kubernetes.io/enforce": "restricted",
  });
});

test("its whole life goes the same way", async () => {
  await operate("stopTenant");
  expect((await ask("/")).status).toBe(503);
  await operate("resetAdminPassword", { newPassword: "another-Long-one-2" });
  await operate("startTenant");
  await operate("restartTenant");
  await operate("changeTenantPlan", { planCode: "standard" });
  await eventually(async () => ((await ask("/")).status === 200 ? true : undefined));
});

interface Probe {
  key: string;
  group: string;
  verdict: string;
  evidence: string;
}

test("the isolation report is made of it as of any other", async () => {
  const neighbour = await createTenant(client, "neighbour", { odooVersion: "1" });
  await untilState(client, neighbour, { state: "RUNNING", timeoutMs });
  const asked = await client.request<{ runIsolationReport: { userErrors: unknown[] } }>(
    "mutation ($input: RunIsolationReportInput!) { runIsolationReport(input: $input) { userErrors { code } } }",
    { input: { tenantId: tenant.id } },
  );
  expect(asked.runIsolationReport.userErrors).toEqual([]);
  const probes = await eventually(async () => {
    const { isolationReport } = await client.request<{
      isolationReport: { last: { probes: Probe[] } | null };
    }>(
      "query ($id: ID!) { isolationReport(tenantId: $id) { last { probes { key group verdict evidence } } } }",
      { id: tenant.id },
    );
    return isolationReport.last?.probes;
  }, timeoutMs);
  expect(probes.filter(({ verdict }) => verdict === "BROKEN")).toEqual([]);
  const unproven = probes.filter(({ group, verdict }) => group !== "NETWORK" && verdict !== "PROVEN");
  expect(unproven).toEqual([]);
  expect(new Set(probes.map(({ group }) => group))).toEqual(new Set(["DATABASE", "KUBERNETES", "NETWORK"]));
});

const collections = [
  ...["pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "namespaces", "events"],
  ...["resourcequotas", "limitranges"],
].map((plural) => `/api/v1/${plural}`);
const groups = [
  "/apis/apps/v1/deployments",
  "/apis/apps/v1/replicasets",
  "/apis/apps/v1/statefulsets",
  "/apis/batch/v1/jobs",
  "/apis/networking.k8s.io/v1/ingresses",
  "/apis/networking.k8s.io/v1/networkpolicies",
  "/apis/discovery.k8s.io/v1/endpointslices",
  "/apis/storage.k8s.io/v1/storageclasses",
];

test("no object, no row and no name on a database server carries the word Odoo", async () => {
  const objects = (await Promise.all([...collections, ...groups].map((path) => cluster.list(path)))).flat();
  expect(objects.length).toBeGreaterThan(20);
  const named = objects.filter((object) => isNamed(JSON.stringify(decodeSecret(object))));
  expect(named.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([]);
  expect(await findInRows()).toEqual([]);
  const login = {
    ...(await cluster.untilPoolAddress(pool)),
    password: await cluster.passwordOfPool(pool),
    user: "postgres",
    database: "postgres",
  };
  const names = await query<{ name: string }>(
    login,
    "select datname as name from pg_database union all select rolname from pg_roles",
  );
  expect(names.filter(({ name }) => isNamed(name))).toEqual([]);
});

test("and it is deleted without a trace", async () => {
  await deleteTenant(client, tenant, slug);
  await untilGone(client, tenant);
  expect(await listPoolContents(cluster, pool, tenant.uuid)).toEqual({ databases: 0, roles: 0 });
  expect((await ask("/")).status).toBe(404);
});

/** The platform's own image is called after the product. */
const isNamed = (text: string): boolean => /odoo/i.test(text.replaceAll("odoo-saas-kit/server", ""));

const decodeSecret = (object: { kind: string; data?: unknown }) => {
  if (object.kind !== "Secret") return object;
  const values = Object.values((object.data ?? {}) as Record<string, string>);
  return [object, values.map((value) => Buffer.from(value, "base64").toString())];
};

async function query<Row extends pg.QueryResultRow>(login: pg.ClientConfig, text: string): Promise<Row[]> {
  const connection = new pg.Client(login);
  await connection.connect();
  try {
    return (await connection.query<Row>(text)).rows;
  } finally {
    await connection.end();
  }
}

/** Values in the platform's tables, not the names of their columns. */
async function findInRows(): Promise<unknown[]> {
  const login = { connectionString: sandbox.environment.DATABASE_URL! };
  const tables = await query<{ name: string }>(
    login,
    "select tablename as name from pg_tables where schemaname = 'platform' and tablename <> 'migrations'",
  );
  const rows = await Promise.all(
    tables.map(async ({ name }) => ({ name, rows: await query(login, `select * from platform.${name}`) })),
  );
  return rows.flatMap(({ name, rows: found }) =>
    found.filter((row) => isNamed(JSON.stringify(Object.values(row)))).map((row) => ({ name, row })),
  );
}

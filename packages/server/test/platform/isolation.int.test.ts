import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterReader, makeClusterReader } from "../support/cluster-reader.ts";
import { makeReport, notProven } from "../support/isolation-report.ts";
import { makePlatformClient, type PlatformClient } from "../support/platform-client.ts";
import { eventually } from "../support/server-process.ts";
import {
  type CreatedTenant,
  createTenant,
  deleteTenant,
  untilGone,
  untilState,
} from "../support/tenant-journeys.ts";

const pool = "postgres-shared-1";
const reportWithinMs = 120_000;

let sandbox: RunningSandbox;
let cluster: ClusterReader;
let client: PlatformClient;
let admin: PlatformClient;
let acme: CreatedTenant;
let bravo: CreatedTenant;

beforeAll(async () => {
  // More runs in an hour than a customer has.
  const env = { ISOLATION_REPORTS_PER_HOUR: "100" };
  sandbox = await startSandbox({ run: "tsx packages/server/src/main.ts", env });
  cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
  client = await makePlatformClient(sandbox.access, sandbox.access.customer);
  admin = await makePlatformClient(sandbox.access, sandbox.access.admin);
  [acme, bravo] = (await Promise.all(["acme", "bravo"].map((slug) => createTenant(client, slug)))) as [
    CreatedTenant,
    CreatedTenant,
  ];
  for (const tenant of [acme, bravo])
    await untilState(client, tenant, { state: "RUNNING", timeoutMs: 120_000 });
});

afterAll(async () => {
  await client?.dispose();
  await admin?.dispose();
  await sandbox?.stop();
});

async function onPool(statement: string): Promise<void> {
  const address = await cluster.untilPoolAddress(pool);
  const password = await cluster.passwordOfPool(pool);
  const session = new pg.Client({ ...address, user: "postgres", password, database: "postgres" });
  await session.connect();
  try {
    await session.query(statement);
  } finally {
    await session.end();
  }
}

const databaseOf = ({ uuid }: CreatedTenant) => `t_${uuid.replaceAll("-", "")}`;
test("databases and namespace are proven; a sandbox without a policy engine says so of the network", async () => {
  const report = await makeReport(client, acme);
  expect(notProven(report, "DATABASE")).toEqual([]);
  expect(notProven(report, "KUBERNETES")).toEqual([]);
  expect(report.get("network.own-database")?.verdict).toBe("PROVEN");
  for (const name of ["enforced", "neighbour", "kubernetes-api", "own-instance", "own-server"]) {
    expect([name, report.get(`network.${name}`)?.verdict]).toEqual([name, "NOT_ENFORCED"]);
  }
  expect(report.get("network.enforced")?.remedy).toContain("Calico");
  expect(report.verdict).toBe("NOT_ENFORCED");
});

test("a customer's report names no neighbour, an administrator's does", async () => {
  const own = await makeReport(client, acme);
  expect(JSON.stringify(own)).not.toMatch(new RegExp(`bravo|${bravo.uuid}|${databaseOf(bravo)}`));
  const seen = await makeReport(admin, acme);
  expect(seen.get("database.neighbour")?.how).toContain(databaseOf(bravo));
  expect(seen.get("network.neighbour")?.how).toContain("bravo");
});

test("a right granted back by hand turns the reports of both tenants BROKEN, until the platform takes it back", async () => {
  const untilBroken = (tenant: CreatedTenant, key: string) =>
    eventually(async () => {
      // The platform takes it back by itself: then once more.
      await onPool(`grant connect on database ${databaseOf(bravo)} to public`);
      const report = await makeReport(admin, tenant);
      return report.get(key)?.verdict === "BROKEN" && report.verdict === "BROKEN" ? report : undefined;
    }, reportWithinMs);
  await untilBroken(acme, "database.neighbour");
  const own = await untilBroken(bravo, "database.connect");
  expect(own.get("database.connect")?.evidence).toContain("PUBLIC");
  await eventually(async () => {
    const { verdict } = (await makeReport(admin, bravo)).get("database.connect") ?? {};
    return verdict === "PROVEN" || undefined;
  }, reportWithinMs);
});

test("no probe is left, and an instance with a report goes as one without", async () => {
  for (const namespace of [acme.namespace, bravo.namespace, "isolation-canary"]) {
    await eventually(async () => {
      const jobs = await cluster.list(`/apis/batch/v1/namespaces/${namespace}/jobs`);
      return jobs.length === 0 ? true : undefined;
    }, 30_000);
  }
  await deleteTenant(client, acme, "acme");
  await untilGone(client, acme, 60_000);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { makePlatformClient, type PlatformClient } from "../test/support/platform-client.ts";
import { listPoolContents } from "../test/support/pool-contents.ts";
import { eventually } from "../test/support/server-process.ts";
import {
  adminLogin,
  type CreatedTenant,
  createTenant,
  deleteTenant,
  untilGone,
  untilState,
} from "../test/support/tenant-journeys.ts";
import { type InstalledPlatform, installPlatform, systemNamespace } from "./support/installed-platform.ts";
import { callJson2, signInToOdoo, throughIngress } from "./support/odoo-browser.ts";

const pool = "postgres-shared-1";
const slugs = ["acme", "bravo"] as const;
const firstWithinMs = 200_000; // makes the pool and the template first

let platform: InstalledPlatform;
let client: PlatformClient;
let tenants: CreatedTenant[];

const siteOf = (slug: string) => ({ port: platform.ingressPort, host: `${slug}.localhost` });

beforeAll(async () => {
  platform = await installPlatform();
  client = await makePlatformClient(platform.access, platform.sandbox.access.customer);
});

afterAll(async () => {
  await client?.dispose();
  await platform?.dispose();
});

test("the platform answers at its Ingress with the web application and its configuration", async () => {
  const site = { port: platform.ingressPort, host: "platform.localhost" };
  const page = await throughIngress({ ...site, path: "/" });
  expect(page.status).toBe(200);
  expect(page.text).toContain("<script");
  const config = JSON.parse((await throughIngress({ ...site, path: "/config.json" })).text) as object;
  expect(config).toMatchObject({ baseDomain: "localhost" });
});

test("two instances run real Odoo, each behind its own name", async () => {
  tenants = await Promise.all(slugs.map((slug) => createTenant(client, slug)));
  await Promise.all(
    tenants.map((tenant) => untilState(client, tenant, { state: "RUNNING", timeoutMs: firstWithinMs })),
  );
  for (const slug of slugs) {
    const page = await eventually(async () => {
      const answer = await throughIngress({ ...siteOf(slug), path: "/web/login" });
      return answer.status === 200 ? answer : undefined;
    });
    expect(page.text).toContain("csrf_token");
    const manager = await throughIngress({ ...siteOf(slug), path: "/web/database/manager" });
    expect(manager.status).toBeGreaterThanOrEqual(400);
  }
});

test("every pod runs under Pod Security restricted with a read-only root file system", async () => {
  for (const namespace of [pool, systemNamespace, ...tenants.map((tenant) => tenant.namespace)]) {
    const { metadata } = await platform.cluster.call<{ metadata: { labels: Record<string, string> } }>(
      `/api/v1/namespaces/${namespace}`,
    );
    expect(metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
    type Pod = { spec: { containers: { securityContext: { readOnlyRootFilesystem: boolean } }[] } };
    const pods = (await platform.cluster.list(`/api/v1/namespaces/${namespace}/pods`)) as unknown as Pod[];
    expect(pods.length).toBeGreaterThan(0);
    for (const { spec } of pods)
      for (const { securityContext } of spec.containers)
        expect(securityContext.readOnlyRootFilesystem).toBe(true);
  }
});

test("the chosen administrator signs in, and a record made by API outlives its pod", async () => {
  const [tenant] = tenants as [CreatedTenant];
  const browser = await signInToOdoo(siteOf("acme"), adminLogin);
  const apiKey = await browser.makeApiKey(adminLogin.password);
  const site = { ...siteOf("acme"), apiKey };
  const [id] = await callJson2<number[]>(site, "res.partner/create", {
    vals_list: [{ name: "Ada Lovelace" }],
  });

  const pods = `/api/v1/namespaces/${tenant.namespace}/pods`;
  const [before] = await platform.cluster.list(pods);
  await platform.cluster.call(`${pods}/${before!.metadata.name}`, { method: "DELETE" });
  const found = await eventually(async () => {
    const now = await platform.cluster.list(pods);
    if (now.some((pod) => pod.metadata.name === before!.metadata.name)) return undefined;
    return callJson2<{ name: string }[]>(site, "res.partner/read", { ids: [id], fields: ["name"] });
  }, 90_000);
  expect(found[0]?.name).toBe("Ada Lovelace");
});

test("a tenant's role reaches its own database and no other", async () => {
  const [acme, bravo] = tenants as [CreatedTenant, CreatedTenant];
  const conf = await readOdooConf(acme);
  const other = await readOdooConf(bravo);
  expect(await connectAs(conf, conf.db_name!)).toBe("connected");
  for (const database of [other.db_name!, "postgres", "template1"]) {
    expect(await connectAs(conf, database)).toContain("permission denied");
  }
});

test("the server may change namespaces of its own kind only", async () => {
  const account = `system:serviceaccount:${systemNamespace}:saas-server`;
  const create = (namespace: string) =>
    platform.testbed.kubectl(
      "create",
      "configmap",
      "probe",
      "-n",
      namespace,
      `--as=${account}`,
      "--dry-run=server",
    );
  await expect(create(tenants[0]!.namespace)).resolves.toContain("created");
  for (const namespace of ["default", "kube-system", systemNamespace]) {
    await expect(create(namespace)).rejects.toThrow(/may only change namespaces/);
  }
  const may = (...question: string[]) =>
    platform.testbed.kubectl("auth", "can-i", ...question, `--as=${account}`).then(
      (answer) => answer.trim(),
      (error: { stdout?: string }) => error.stdout?.trim(),
    );
  expect(await may("list", "secrets", "--all-namespaces")).toBe("no");
  expect(await may("create", "pods/exec", "-n", tenants[0]!.namespace)).toBe("no");
});

test("a deleted instance leaves no namespace, volume, database or role", async () => {
  for (const [index, tenant] of tenants.entries()) {
    const { deleteTenant: answer } = await deleteTenant(client, tenant, slugs[index]!);
    expect(answer.userErrors).toEqual([]);
  }
  for (const tenant of tenants) {
    await untilGone(client, tenant, 120_000);
    await expect(platform.cluster.call(`/api/v1/namespaces/${tenant.namespace}`)).rejects.toThrow(/404/);
    expect(await listPoolContents(platform.cluster, pool, tenant.uuid)).toEqual({ databases: 0, roles: 0 });
    await eventually(async () => {
      const volumes = await platform.cluster.list("/api/v1/persistentvolumes");
      return JSON.stringify(volumes).includes(tenant.namespace) ? undefined : true;
    }, 30_000);
  }
});

/** The settings that the tenant's Odoo signs in to its database with. */
async function readOdooConf({ namespace }: CreatedTenant): Promise<Record<string, string>> {
  const { data } = await platform.cluster.call<{ data: Record<string, string> }>(
    `/api/v1/namespaces/${namespace}/secrets/odoo`,
  );
  const text = Object.values(data)
    .map((value) => Buffer.from(value, "base64").toString())
    .find((value) => value.includes("db_password"))!;
  const lines = text.split("\n").map((line) => line.split(/\s*=\s*(.*)/));
  return Object.fromEntries(lines.filter((parts) => parts.length > 1).map(([key, value]) => [key, value]));
}

async function connectAs(conf: Record<string, string>, database: string): Promise<string> {
  const pg = (await import("pg")).default;
  const address = await platform.cluster.untilPoolAddress(pool);
  const session = new pg.Client({ ...address, user: conf.db_user, password: conf.db_password, database });
  try {
    await session.connect();
    return "connected";
  } catch (error) {
    return (error as Error).message;
  } finally {
    await session.end().catch(() => undefined);
  }
}

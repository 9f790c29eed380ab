import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
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
import { killApiServer } from "./support/api-server.ts";
import { type InstalledPlatform, installPlatform, systemNamespace } from "./support/installed-platform.ts";
import { callJson2, signInToOdoo, throughIngress } from "./support/odoo-browser.ts";
import { readGrantedRights, readUsedRights } from "./support/rights.ts";
import { buildStrays } from "./support/strays.ts";

const pool = "postgres-shared-1";
const serverAccount = `system:serviceaccount:${systemNamespace}:saas-server`;
const slugs = ["acme", "bravo"] as const;
const firstWithinMs = 200_000; // makes the pool and the template first
const onlyItsOwn = /may only change namespaces of tenants/;
const outageMs = 60_000;

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

test("chat and scheduled actions work in both, and neither hears the other", async () => {
  const heard = await Promise.all(
    slugs.map(async (slug) => {
      const browser = await signInToOdoo(siteOf(slug), adminLogin);
      const message = browser.waitForMessage("probe", 150_000);
      const [model] = await browser.call<number[]>("ir.model", "search", {
        args: [[["model", "=", "res.partner"]]],
      });
      const code = `env["bus.bus"]._sendone(env.user.partner_id, "probe", {"slug": "${slug}"})`;
      const job = {
        name: "probe",
        model_id: model,
        state: "code",
        code,
        interval_number: 1,
        interval_type: "days",
      };
      await browser.call("ir.cron", "create", { args: [[job]] });
      return message;
    }),
  );
  expect(heard).toEqual(slugs.map((slug) => ({ slug })));
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

test("the server has rights in namespaces of its own kind only, and cannot get more", async () => {
  const asServer = (...args: string[]) => platform.testbed.kubectl(...args, `--as=${serverAccount}`);
  const tryCreate = (...args: string[]) => asServer("create", ...args, "--dry-run=server");
  const own = tenants[0]!.namespace;
  const bind = ["rolebinding", "probe", `--clusterrole=${systemNamespace}-saas-server-owned`, "--user=probe"];
  await expect(tryCreate("configmap", "probe", "-n", own)).resolves.toContain("created");
  await expect(asServer("get", "secret", "odoo", "-n", own)).resolves.toContain("odoo");
  await expect(tryCreate("namespace", `tenant-${randomUUID()}`)).resolves.toContain("created");
  await expect(tryCreate("namespace", "elsewhere")).rejects.toThrow(onlyItsOwn);
  for (const namespace of ["default", "kube-system", systemNamespace]) {
    await expect(tryCreate("configmap", "probe", "-n", namespace)).rejects.toThrow(/forbidden/);
    await expect(asServer("get", "secret", "any", "-n", namespace)).rejects.toThrow(/forbidden/);
    await expect(tryCreate(...bind, "-n", namespace)).rejects.toThrow(onlyItsOwn);
  }
  const admin = ["rolebinding", "probe", "--clusterrole=cluster-admin", "--user=probe"];
  await expect(tryCreate(...admin, "-n", own)).rejects.toThrow(/attempting to grant/);
  await expect(asServer("get", "secrets", "-n", own)).rejects.toThrow(/cannot list/);
  await expect(asServer("create", "token", "default", "-n", own)).rejects.toThrow(/forbidden/);
});

test("an object that its tenant does not want is removed, whatever its kind", async () => {
  const [{ uuid, namespace }] = tenants as [CreatedTenant];
  const labels = { "app.kubernetes.io/managed-by": "saas-kit", "saas-kit/tenant": uuid };
  const strays = buildStrays({ name: "stray", namespace, labels });
  for (const { path, object } of strays) await platform.cluster.call(path, { method: "POST", body: object });
  for (const { path } of strays) {
    await eventually(async () => {
      const items = await platform.cluster.list(path);
      return items.some(({ metadata }) => metadata.name === "stray") ? undefined : true;
    }, 20_000);
  }
});

test("a volume that was kept when its claim went is given back after its grace, and no other volume is touched", async () => {
  const build = (name: string, namespace: string) => ({
    ...{ apiVersion: "v1", kind: "PersistentVolume", metadata: { name } },
    spec: {
      ...{ capacity: { storage: "1Mi" }, accessModes: ["ReadWriteOnce"], storageClassName: "none" },
      ...{ hostPath: { path: `/tmp/${name}` }, persistentVolumeReclaimPolicy: "Retain" },
      claimRef: { namespace, name: "odoo-data", uid: randomUUID() },
    },
  });
  const volumes = "/api/v1/persistentvolumes";
  const [ours, others] = [build("forgotten", `tenant-${randomUUID()}`), build("others", "elsewhere")];
  for (const body of [ours, others]) await platform.cluster.call(volumes, { method: "POST", body });
  type Volume = { spec: { persistentVolumeReclaimPolicy: string }; status: { phase: string } };
  const policyOf = async (name: string) =>
    (await platform.cluster.call<Volume>(`${volumes}/${name}`)).spec.persistentVolumeReclaimPolicy;
  // Its provisioner takes it away then; of this one, which has none, the object may stay.
  await eventually(
    async () => ((await policyOf("forgotten").catch(() => "Delete")) === "Delete" ? true : undefined),
    90_000,
  );
  expect(await policyOf("others")).toBe("Retain");
  const asServer = ["patch", "persistentvolume", "others", `--as=${serverAccount}`, "--type=merge"];
  const patch = '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}';
  await expect(platform.testbed.kubectl(...asServer, "-p", patch)).rejects.toThrow(onlyItsOwn);
  for (const name of ["forgotten", "others"]) {
    await platform.cluster.call(`${volumes}/${name}`, { method: "DELETE" }).catch(() => undefined);
  }
});

test("without the API server queries say that they are stale, and afterwards all converges with nothing restarted", async () => {
  const [tenant] = tenants as [CreatedTenant];
  type Pods = {
    tenant: { state: string; pods: { isStale: boolean; items: { name: string; restarts: number }[] } };
  };
  const query = "query ($id: ID!) { tenant(id: $id) { state pods { isStale items { name restarts } } } }";
  const read = async () => (await client.request<Pods>(query, { id: tenant.id })).tenant;
  const before = await read();
  expect(before).toMatchObject({ state: "RUNNING", pods: { isStale: false } });

  let late: CreatedTenant;
  const restart = await killApiServer();
  const lostAtMs = Date.now();
  try {
    await eventually(async () => ((await read()).pods.isStale ? true : undefined), 20_000);
    late = await createTenant(client, "late");
    expect((await throughIngress({ ...siteOf("acme"), path: "/web/login" })).status).toBe(200);
    await delay(outageMs - (Date.now() - lostAtMs));
  } finally {
    await restart();
  }
  await eventually(async () => ((await read()).pods.isStale ? undefined : true), 30_000);
  expect(await read()).toEqual(before);
  const deployment = `/apis/apps/v1/namespaces/${late.namespace}/deployments/odoo`;
  await eventually(() => platform.cluster.call<object>(deployment), 30_000);
  // The platform has done its part; kubelet, scheduler and controllers ask again after 30 to 60 s only.
  await untilState(client, late, { state: "RUNNING", timeoutMs: 150_000 });
  await deleteTenant(client, late, "late");
  await untilGone(client, late, 120_000);
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

test("the rights in the chart are what the server uses, no more and no less", async () => {
  const used = await readUsedRights(serverAccount);
  const roles = [`${systemNamespace}-saas-server`, `${systemNamespace}-saas-server-owned`];
  const granted = await readGrantedRights(platform.testbed, roles);
  expect([...used].filter((right) => !granted.has(right))).toEqual([]);
  const unused = [...granted].filter((right) => !used.has(right)).sort();
  // Reading anew after a conflict and the log of a template that failed: neither happens in a good run.
  // And `bind` is not asked for: it is looked up when a RoleBinding is written.
  expect(unused.filter((right) => !/^(get|bind) /.test(right))).toEqual([]);
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

import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterReader, makeClusterReader } from "../support/cluster-reader.ts";
import { requestThroughIngress, signInThroughIngress } from "../support/ingress-request.ts";
import { makePlatformClient, type PlatformClient } from "../support/platform-client.ts";
import { listPoolContents } from "../support/pool-contents.ts";
import { eventually } from "../support/server-process.ts";
import { listSpareNamespaces, readStock, untilStocked } from "../support/spare-stock.ts";
import {
  adminLogin,
  type CreatedTenant,
  createTenant,
  deleteTenant,
  untilGone,
  untilState,
} from "../support/tenant-journeys.ts";

let sandbox: RunningSandbox;
let cluster: ClusterReader;
let client: PlatformClient;
let admin: PlatformClient;
let tenant: CreatedTenant;
const customers: CreatedTenant[] = [];

// Beside the pool there is room for five instances of the basic plan, 250m each.
const tightNode = { SANDBOX_NODE_CPU: "3", POOL_CPU_MILLICORES: "1750", POOL_MEMORY_BYTES: String(2 ** 30) };

beforeAll(async () => {
  sandbox = await startSandbox({
    run: "tsx packages/server/src/main.ts",
    nodes: 1,
    env: { SPARES: "basic=1", ...tightNode },
  });
  cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
  client = await makePlatformClient(sandbox.access, sandbox.access.customer);
  admin = await makePlatformClient(sandbox.access, sandbox.access.admin);
});

afterAll(async () => {
  await client?.dispose();
  await admin?.dispose();
  await sandbox?.stop();
});

const podsOf = (namespace: string) => cluster.list(`/api/v1/namespaces/${namespace}/pods`);
const livePods = async (namespace: string) =>
  (await podsOf(namespace)).filter(({ metadata }) => !metadata.deletionTimestamp);

test("a creation takes the spare without a restart, and the chosen password works by the new name", async () => {
  await untilStocked(admin);
  const [namespace] = await listSpareNamespaces(cluster);
  const [pod] = await livePods(namespace!);
  expect(pod!.spec).toMatchObject({ priorityClassName: "platform-spares", priority: -10 });
  expect(await cluster.list(`/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`)).toEqual([]);

  tenant = await createTenant(client, "warm-shop");
  customers.push(tenant);
  expect(tenant.namespace).toBe(namespace);
  await untilState(client, tenant, { state: "RUNNING" });
  const { ingress } = sandbox.access;
  await eventually(async () => {
    const { status } = await requestThroughIngress(ingress, { slug: "warm-shop", path: "/web/login" });
    return status === 200 ? true : undefined;
  });
  const signedIn = await signInThroughIngress(ingress, "warm-shop");
  expect(signedIn.status).toBe(303);
  const byDefault = await signInThroughIngress(ingress, "warm-shop", { email: "admin", password: "admin" });
  expect(byDefault.status).toBe(200); // the form again
  const [cookie] = signedIn.headers["set-cookie"] as string[];
  const home = await requestThroughIngress(ingress, {
    ...{ slug: "warm-shop", path: "/odoo" },
    headers: { cookie: cookie!.split(";")[0]! },
  });
  expect(home.text).toContain(adminLogin.email);
  expect(home.text).toContain("http://warm-shop.localhost");

  const [after] = await livePods(namespace!);
  expect(after!.metadata.uid).toBe(pod!.metadata.uid);
  const events = await client.request<{ operation: { events: { step: string; state: string }[] } }>(
    "query ($id: ID!) { operation(id: $id) { events { step state } } }",
    { id: tenant.operationId },
  );
  const done = events.operation.events.filter(({ state }) => state === "SUCCEEDED").map(({ step }) => step);
  expect(done).toEqual(
    expect.arrayContaining(["ACCEPTED", "PLACEMENT", "DATABASE", "IDENTITY", "ROUTE", "READY"]),
  );
});

test("the spare that was taken is replaced, and neither customers nor lists show the new one", async () => {
  const stock = await untilStocked(admin);
  expect(stock).toMatchObject([{ planCode: "basic", wanted: 1, ready: 1 }]);
  expect(await listSpareNamespaces(cluster)).toHaveLength(1);
  type Slugs = { tenants: { totalCount: number; edges: { node: { slug: string } }[] } };
  const list = await admin.request<Slugs>("{ tenants { totalCount edges { node { slug } } } }");
  expect(list.tenants).toEqual({ totalCount: 1, edges: [{ node: { slug: "warm-shop" } }] });
});

test("of two creations at once over one spare one takes it, and both come up", async () => {
  const [spare] = await listSpareNamespaces(cluster);
  const pair = await Promise.all(["pair-1", "pair-2"].map((slug) => createTenant(client, slug)));
  expect(pair.filter(({ namespace }) => namespace === spare)).toHaveLength(1);
  for (const created of pair) await untilState(client, created, { state: "RUNNING", timeoutMs: 60_000 });
  customers.push(...pair);
  await untilStocked(admin);
});

test("when the node is full, the spare gives way to a customer, and no customer's instance does", async () => {
  // 250m are free, the spare has as much: together they are what the standard plan asks for.
  const [spare] = await listSpareNamespaces(cluster);
  const uids = async () =>
    (await Promise.all(customers.map(({ namespace }) => livePods(namespace))))
      .flat()
      .map(({ metadata }) => metadata.uid);
  const before = await uids();
  const cold = await createTenant(client, "larger-shop", { planCode: "standard" });
  await untilState(client, cold, { state: "RUNNING", timeoutMs: 60_000 });
  await eventually(async () => {
    const [stock] = await readStock(admin);
    return stock?.ready === 0 && /Insufficient cpu/.test(stock.message) ? true : undefined;
  }, 60_000);
  const events = await cluster.list(`/api/v1/namespaces/${spare}/events`);
  expect(events.map(({ reason }) => reason)).toContain("Preempted");
  expect(await uids()).toEqual(before);
  const [pod] = await livePods(cold.namespace);
  expect(pod!.spec).toMatchObject({ priorityClassName: "platform-tenants", priority: 0 });
});

test("with its next restart what was a spare gets the customers' priority", async () => {
  const [before] = await livePods(tenant.namespace);
  expect(before!.spec).toMatchObject({ priorityClassName: "platform-spares" });
  const restart =
    "mutation ($input: RestartTenantInput!) { restartTenant(input: $input) { userErrors { code } } }";
  const answer = await client.request<{ restartTenant: { userErrors: unknown[] } }>(restart, {
    input: { tenantId: tenant.id },
  });
  expect(answer.restartTenant.userErrors).toEqual([]);
  await eventually(async () => {
    const [pod] = await livePods(tenant.namespace);
    return pod && pod.metadata.uid !== before!.metadata.uid ? true : undefined;
  }, 60_000);
  const [after] = await livePods(tenant.namespace);
  expect(after!.spec).toMatchObject({ priorityClassName: "platform-tenants", priority: 0 });
  await untilState(client, tenant, { state: "RUNNING", timeoutMs: 60_000 });
});

test("a tenant that was a spare is deleted as any other", async () => {
  const { deleteTenant: accepted } = await deleteTenant(client, tenant, "warm-shop");
  expect(accepted.userErrors).toEqual([]);
  await untilGone(client, tenant, 60_000);
  await expect(cluster.call(`/api/v1/namespaces/${tenant.namespace}`)).rejects.toThrow(/404/);
  expect(await listPoolContents(cluster, "postgres-shared-1", tenant.uuid)).toEqual({
    databases: 0,
    roles: 0,
  });
});

import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterReader, type KubeObject, makeClusterReader } from "../support/cluster-reader.ts";
import { requestThroughIngress, signInThroughIngress } from "../support/ingress-request.ts";
import { makePlatformClient, type PlatformClient } from "../support/platform-client.ts";
import { runOperation } from "../support/run-operation.ts";
import { eventually } from "../support/server-process.ts";
import { adminLogin, type CreatedTenant, createTenant, untilState } from "../support/tenant-journeys.ts";

const slug = "lifecycle";
const timeoutMs = 90_000;
const newLogin = { ...adminLogin, password: "another-Long-one-2" };

let sandbox: RunningSandbox;
let cluster: ClusterReader;
let client: PlatformClient;
let tenant: CreatedTenant;
let session = "";

beforeAll(async () => {
  sandbox = await startSandbox({ run: "tsx packages/server/src/main.ts", env: { SPARES: "" } });
  cluster = await makeClusterReader(sandbox.environment.KUBECONFIG!);
  client = await makePlatformClient(sandbox.access, sandbox.access.customer);
  tenant = await createTenant(client, slug);
  await untilState(client, tenant, { state: "RUNNING", timeoutMs });
  session = await eventually(() => signIn(), timeoutMs);
}, 240_000);

afterAll(async () => {
  await client?.dispose();
  await sandbox?.stop();
});

const operate = (mutation: string, input: Record<string, unknown> = {}) =>
  runOperation(client, mutation, { tenantId: tenant.id, timeoutMs, ...input });
const ask = (path: string, headers: Record<string, string> = {}) =>
  requestThroughIngress(sandbox.access.ingress, { slug, path, headers });
const listIn = (path: string) => cluster.list(path.replace("*", tenant.namespace));
const pods = () => listIn("/api/v1/namespaces/*/pods");
const podNames = async () => (await pods()).map(({ metadata }) => metadata.name);

/** The cookie of a new session; undefined when the password is wrong. */
async function signIn(login = adminLogin): Promise<string | undefined> {
  const { status, headers } = await signInThroughIngress(sandbox.access.ingress, slug, login);
  const [cookie] = (headers["set-cookie"] as string[] | undefined) ?? [];
  return status === 303 ? cookie?.split(";")[0] : undefined;
}

test("a stopped instance has no process, says 503 at its address, and comes back with its data and sessions", async () => {
  await operate("stopTenant");
  expect(await podNames()).toEqual([]);
  expect((await ask("/web/login")).status).toBe(503);
  await operate("startTenant");
  await eventually(async () => ((await ask("/web/health")).status === 200 ? true : undefined));
  expect((await ask("/odoo", { cookie: session })).status).toBe(200);
});

test("a restart replaces the process, and nobody is signed out", async () => {
  const before = await podNames();
  await operate("restartTenant");
  const after = await podNames();
  expect(after).toHaveLength(1);
  expect(after).not.toEqual(before);
  await eventually(async () => ((await ask("/odoo", { cookie: session })).status === 200 ? true : undefined));
});

test("with a reset password the old one and its sessions end at once, without a restart", async () => {
  const before = await podNames();
  await operate("resetAdminPassword", { newPassword: newLogin.password });
  expect(await podNames()).toEqual(before);
  expect((await ask("/odoo", { cookie: session })).status).toBe(303);
  expect(await signIn(adminLogin)).toBeUndefined();
  expect(await signIn(newLogin)).toBeDefined();
});

test("another plan gives the process its memory and workers, and its volume the space", async () => {
  await operate("changeTenantPlan", { planCode: "standard" });
  const [pod] = (await pods()) as (KubeObject & {
    spec: { containers: { resources: { limits: { memory: string } } }[] };
  })[];
  expect(pod!.spec.containers[0]!.resources.limits.memory).toBe(String(2 * 2 ** 30));
  const ports = (
    (await listIn("/api/v1/namespaces/*/services")) as unknown as { spec: { ports: { name: string }[] } }[]
  )
    .flatMap(({ spec }) => spec.ports)
    .map(({ name }) => name);
  expect(ports).toContain("websocket"); // which only worker processes have
  await eventually(async () => {
    const [claim] = (await listIn("/api/v1/namespaces/*/persistentvolumeclaims")) as unknown as {
      status: { capacity?: { storage: string } };
    }[];
    return claim!.status.capacity?.storage === String(10 * 2 ** 30) ? true : undefined;
  });
  await eventually(() => signIn(newLogin));
});

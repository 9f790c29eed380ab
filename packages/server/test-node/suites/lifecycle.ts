import { expect, test } from "vitest";
import { eventually } from "../../test/support/server-process.ts";
import { adminLogin, type CreatedTenant, untilState } from "../../test/support/tenant-journeys.ts";
import { listOdooProcesses } from "../support/container-processes.ts";
import { signInToOdoo, throughIngress } from "../support/odoo-browser.ts";
import { readOdooConf } from "../support/odoo-conf.ts";
import { connectAs } from "../support/reach-database.ts";
import { pool, type Stage, siteOf } from "../support/stage.ts";

const withinMs = 120_000;
const newPassword = "Battery-staple-8";

/** What happens to an instance over its life, on real Odoo; `bravo` has a plan with workers afterwards. */
export function testLifecycle(stage: Stage): void {
  const login = (password: string) => signInToOdoo(siteOf(stage, "bravo"), { ...adminLogin, password });
  const answers = () => untilStatus(siteOf(stage, "bravo"), (status) => status === 200);

  test("an instance that is stopped answers nothing and has no pod, and comes back with its data", async () => {
    const { bravo } = stage.tenants;
    await ask(stage, "stopTenant");
    await untilState(stage.client, bravo, { state: "STOPPED", timeoutMs: withinMs });
    await untilStatus(siteOf(stage, "bravo"), (status) => status >= 400);
    expect(await listPodNames(stage, bravo)).toEqual([]);
    await ask(stage, "startTenant");
    await untilState(stage.client, bravo, { state: "RUNNING", timeoutMs: withinMs });
    await answers();
    await expect(login(adminLogin.password)).resolves.toBeDefined();
  });

  test("a new administrator's password works at once, the old one no longer", async () => {
    await perform(stage, "resetAdminPassword", { newPassword });
    await expect(login(newPassword)).resolves.toBeDefined();
    await expect(login(adminLogin.password)).rejects.toThrow("not signed in");
  });

  test("rotated credentials of the database are in use, and the old ones are refused", async () => {
    const { bravo } = stage.tenants;
    const { cluster } = stage.platform;
    const before = await readOdooConf(cluster, bravo);
    await perform(stage, "rotateDatabaseCredentials");
    const after = await readOdooConf(cluster, bravo);
    expect(after.db_password).not.toBe(before.db_password);
    expect(await connectAs(cluster, pool, after)).toBe("connected");
    expect(await connectAs(cluster, pool, before)).toContain("password authentication failed");
    await answers();
    await expect(login(newPassword)).resolves.toBeDefined();
  });

  test("another plan brings its worker processes, and a restart another pod", async () => {
    const { bravo } = stage.tenants;
    await perform(stage, "changeTenantPlan", { planCode: "standard" });
    await answers();
    expect(await listOdooProcesses(stage.platform.testbed, bravo.namespace)).toHaveLength(5);
    const before = await listPodNames(stage, bravo);
    await perform(stage, "restartTenant");
    await answers();
    const after = await listPodNames(stage, bravo);
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });
}

/** Asks for an operation on `bravo`; throws when it is refused. */
async function ask({ client, tenants }: Stage, mutation: string, wishes: object = {}) {
  type Answer = { result: { operation: { id: string } | null; userErrors: { message: string }[] } };
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) {
    result: ${mutation}(input: $input) { operation { id } userErrors { message } } }`;
  const { result } = await client.request<Answer>(query, {
    input: { tenantId: tenants.bravo.id, ...wishes },
  });
  expect(result.userErrors).toEqual([]);
  return result.operation!.id;
}

/** Asks, and waits until it is done. */
async function perform(stage: Stage, mutation: string, wishes: object = {}) {
  const id = await ask(stage, mutation, wishes);
  type Answer = { operation: { state: string; error: string | null } };
  const query = "query ($id: ID!) { operation(id: $id) { state error } }";
  const ended = await eventually(async () => {
    const { operation } = await stage.client.request<Answer>(query, { id });
    return ["PENDING", "RUNNING"].includes(operation.state) ? undefined : operation;
  }, withinMs);
  expect(ended).toEqual({ state: "SUCCEEDED", error: null });
}

const listPodNames = async ({ platform }: Stage, { namespace }: CreatedTenant) =>
  (await platform.cluster.list(`/api/v1/namespaces/${namespace}/pods`)).map(({ metadata }) => metadata.name);

const untilStatus = (site: { port: number; host: string }, isWanted: (status: number) => boolean) =>
  eventually(async () => {
    const { status } = await throughIngress({ ...site, path: "/web/login" });
    return isWanted(status) || undefined;
  }, 30_000);

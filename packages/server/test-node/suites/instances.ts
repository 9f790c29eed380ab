import { expect, test } from "vitest";
import { eventually } from "../../test/support/server-process.ts";
import { adminLogin, createTenant, untilState } from "../../test/support/tenant-journeys.ts";
import { systemNamespace } from "../support/installed-platform.ts";
import { callJson2, signInToOdoo, throughIngress } from "../support/odoo-browser.ts";
import { firstWithinMs, pool, type Stage, siteOf, slugs } from "../support/stage.ts";

/** Instances are made, and are what was asked for. */
export function testInstances(stage: Stage): void {
  test("the platform answers at its Ingress with the web application and its configuration", async () => {
    const site = { port: stage.platform.ingressPort, host: "platform.localhost" };
    const page = await throughIngress({ ...site, path: "/" });
    expect(page.status).toBe(200);
    expect(page.text).toContain("<script");
    const config = JSON.parse((await throughIngress({ ...site, path: "/config.json" })).text) as object;
    expect(config).toMatchObject({ baseDomain: "localhost" });
  });

  test("three instances run real Odoo, each behind its own name", async () => {
    const { client } = stage;
    const [acme, bravo, workers] = await Promise.all([
      createTenant(client, "acme"),
      createTenant(client, "bravo"),
      createTenant(client, "workers", { planCode: "standard" }),
    ]);
    Object.assign(stage.tenants, { acme, bravo, workers });
    const running = { state: "RUNNING", timeoutMs: firstWithinMs };
    await Promise.all([acme, bravo, workers].map((tenant) => untilState(client, tenant, running)));
    for (const slug of slugs) await checkSite(siteOf(stage, slug));
  });

  test("every pod runs under Pod Security restricted with a read-only root file system", async () => {
    const { cluster } = stage.platform;
    const ofTenants = Object.values(stage.tenants).map(({ namespace }) => namespace);
    for (const namespace of [pool, systemNamespace, ...ofTenants]) {
      const { metadata } = await cluster.call<{ metadata: { labels: Record<string, string> } }>(
        `/api/v1/namespaces/${namespace}`,
      );
      expect(metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
      type Pod = { spec: { containers: { securityContext: { readOnlyRootFilesystem: boolean } }[] } };
      const pods = (await cluster.list(`/api/v1/namespaces/${namespace}/pods`)) as unknown as Pod[];
      expect(pods.length).toBeGreaterThan(0);
      for (const { spec } of pods)
        for (const { securityContext } of spec.containers)
          expect(securityContext.readOnlyRootFilesystem).toBe(true);
    }
  });

  test("the chosen administrator signs in, and a record made by API outlives its pod", async () => {
    const { cluster } = stage.platform;
    const browser = await signInToOdoo(siteOf(stage, "acme"), adminLogin);
    const apiKey = await browser.makeApiKey(adminLogin.password);
    const site = { ...siteOf(stage, "acme"), apiKey };
    const partner = { vals_list: [{ name: "Ada Lovelace" }] };
    const [id] = await callJson2<number[]>(site, "res.partner/create", partner);

    const pods = `/api/v1/namespaces/${stage.tenants.acme.namespace}/pods`;
    const [before] = await cluster.list(pods);
    await cluster.call(`${pods}/${before!.metadata.name}`, { method: "DELETE" });
    const found = await eventually(async () => {
      const now = await cluster.list(pods);
      if (now.some((pod) => pod.metadata.name === before!.metadata.name)) return undefined;
      return callJson2<{ name: string }[]>(site, "res.partner/read", { ids: [id], fields: ["name"] });
    }, 90_000);
    expect(found[0]?.name).toBe("Ada Lovelace");
  });
}

/** The login page answers, the database manager does not. */
async function checkSite(site: ReturnType<typeof siteOf>): Promise<void> {
  const page = await eventually(async () => {
    const answer = await throughIngress({ ...site, path: "/web/login" });
    return answer.status === 200 ? answer : undefined;
  });
  expect(page.text).toContain("csrf_token");
  const manager = await throughIngress({ ...site, path: "/web/database/manager" });
  expect(manager.status).toBeGreaterThanOrEqual(400);
}

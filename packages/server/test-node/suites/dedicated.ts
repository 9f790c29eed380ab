import { expect, test } from "vitest";
import { listPoolContents } from "../../test/support/pool-contents.ts";
import { adminLogin, createTenant, untilState } from "../../test/support/tenant-journeys.ts";
import { signInToOdoo } from "../support/odoo-browser.ts";
import { readOdooConf } from "../support/odoo-conf.ts";
import { connectAs } from "../support/reach-database.ts";
import { pool, type Stage, siteOf } from "../support/stage.ts";

const withinMs = 200_000; // its server and a template of its own are made first

/** An instance whose customer asked for HIPAA: it gets a PostgreSQL server of its own. */
export function beginDedicated(stage: Stage): void {
  test("an instance under HIPAA is accepted, with the reason for its own server in words", async () => {
    stage.tenants.clinic = await createTenant(stage.client, "clinic", { compliance: ["HIPAA"] });
    type Answer = { tenant: { strategy: { strategy: string; rule: string; reason: string } } };
    const query = "query ($id: ID!) { tenant(id: $id) { strategy { strategy rule reason } } }";
    const { tenant } = await stage.client.request<Answer>(query, { id: stage.tenants.clinic.id });
    expect(tenant.strategy).toMatchObject({ strategy: "DEDICATED", rule: "COMPLIANCE" });
    expect(tenant.strategy.reason).toContain("HIPAA");
  });
}

/** The same instance, when the other suites have given it time. */
export function testDedicated(stage: Stage): void {
  test("it runs real Odoo on a server in its own namespace, and nothing of it is on the pool", async () => {
    const { cluster } = stage.platform;
    const { clinic, acme } = stage.tenants;
    await untilState(stage.client, clinic, { state: "RUNNING", timeoutMs: withinMs });
    await expect(signInToOdoo(siteOf(stage, "clinic"), adminLogin)).resolves.toBeDefined();
    const sets = await cluster.list(`/apis/apps/v1/namespaces/${clinic.namespace}/statefulsets`);
    expect(sets.map(({ metadata }) => metadata.name)).toEqual(["postgres"]);
    expect(await listPoolContents(cluster, pool, clinic.uuid)).toEqual({ databases: 0, roles: 0 });

    const own = await readOdooConf(cluster, clinic);
    expect(await connectAs(cluster, clinic.namespace, own)).toBe("connected");
    for (const database of ["postgres", "template1"])
      expect(await connectAs(cluster, clinic.namespace, { ...own, db_name: database })).toContain(
        "permission denied",
      );
    const neighbour = await readOdooConf(cluster, acme);
    expect(await connectAs(cluster, clinic.namespace, neighbour)).toContain("password authentication failed");
    expect(await connectAs(cluster, pool, own)).toContain("password authentication failed");
  });
}

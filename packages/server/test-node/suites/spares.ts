import { expect, test } from "vitest";
import { eventually } from "../../test/support/server-process.ts";
import { untilStocked } from "../../test/support/spare-stock.ts";
import {
  adminLogin,
  createTenant,
  deleteTenant,
  untilGone,
  untilState,
} from "../../test/support/tenant-journeys.ts";
import { signInToOdoo, throughIngress } from "../support/odoo-browser.ts";
import { type Stage, siteOf } from "../support/stage.ts";

const refillWithinMs = 120_000;

/** One warm spare of the basic plan, as the chart's settings ask for it. */
export function testSpares(stage: Stage): void {
  test("a creation takes the ready spare, without another start, and another spare takes its place", async () => {
    const { client, admin } = stage;
    await untilStocked(admin, refillWithinMs);
    const startedAtMs = performance.now();
    const tenant = await createTenant(client, "warm");
    await eventually(async () => {
      const { status } = await throughIngress({ ...siteOf(stage, "warm"), path: "/web/login" });
      return status === 200 || undefined;
    });
    console.log(
      `from the mutation to /web/login, from a spare: ${(performance.now() - startedAtMs).toFixed(0)} ms`,
    );
    await untilState(client, tenant, { state: "RUNNING" });
    await expect(signInToOdoo(siteOf(stage, "warm"), adminLogin)).resolves.toBeDefined();
    const [pod] = await stage.platform.cluster.list(`/api/v1/namespaces/${tenant.namespace}/pods`);
    const made = await readCreatedAt(stage, tenant.id);
    expect(Date.parse(String(pod!.metadata.creationTimestamp))).toBeLessThan(made);
    await deleteTenant(client, tenant, "warm");
    await untilGone(client, tenant, refillWithinMs);
    await untilStocked(admin, refillWithinMs);
  });
}

async function readCreatedAt({ client }: Stage, id: string): Promise<number> {
  type Answer = { tenant: { operation: { createdAt: string } } };
  const query = "query ($id: ID!) { tenant(id: $id) { operation { createdAt } } }";
  return Date.parse((await client.request<Answer>(query, { id })).tenant.operation.createdAt);
}

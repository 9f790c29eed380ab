import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { eventually } from "../../test/support/server-process.ts";
import {
  type CreatedTenant,
  createTenant,
  deleteTenant,
  untilGone,
  untilState,
} from "../../test/support/tenant-journeys.ts";
import { killApiServer } from "../support/api-server.ts";
import { formatMilestones, readMilestones } from "../support/milestones.ts";
import { throughIngress } from "../support/odoo-browser.ts";
import { type Stage, siteOf } from "../support/stage.ts";

const outageMs = 60_000;
const convergesWithinMs = 30_000;

interface Shown {
  state: string;
  pods: { isStale: boolean; items: { name: string; restarts: number }[] };
}

/** A minute without the API server. */
export function testOutage(stage: Stage): void {
  test("without the API server queries say that they are stale, and afterwards all converges with nothing restarted", async () => {
    const { client, platform } = stage;
    const before = await show(stage);
    expect(before).toMatchObject({ state: "RUNNING", pods: { isStale: false } });

    let late: CreatedTenant;
    const restart = await killApiServer();
    const lostAtMs = Date.now();
    try {
      await eventually(async () => ((await show(stage)).pods.isStale ? true : undefined), 20_000);
      late = await createTenant(client, "late");
      const page = await throughIngress({ ...siteOf(stage, "acme"), path: "/web/login" });
      expect(page.status).toBe(200);
      await delay(outageMs - (Date.now() - lostAtMs));
    } finally {
      await restart();
    }
    const backAtMs = Date.now();
    const sinceBack = () => convergesWithinMs - (Date.now() - backAtMs);
    await eventually(async () => ((await show(stage)).pods.isStale ? undefined : true), sinceBack());
    console.log(`fresh again after ${((Date.now() - backAtMs) / 1_000).toFixed(1)} s`);
    await untilState(client, late, { state: "RUNNING", timeoutMs: 150_000 });
    const milestones = await readMilestones(platform.cluster, client, late);
    console.log(`seconds after the API server was back\n${formatMilestones(milestones, backAtMs)}`);
    expect(await show(stage)).toEqual(before);
    await deleteTenant(client, late, "late");
    await untilGone(client, late, 120_000);
  });
}

async function show({ client, tenants }: Stage): Promise<Shown> {
  const query = "query ($id: ID!) { tenant(id: $id) { state pods { isStale items { name restarts } } } }";
  return (await client.request<{ tenant: Shown }>(query, { id: tenants.acme.id })).tenant;
}

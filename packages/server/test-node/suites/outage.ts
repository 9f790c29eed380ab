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
import { crashApiServer, freezeApiServer } from "../support/api-server.ts";
import { formatMilestones, platformIsDone, readMilestones } from "../support/milestones.ts";
import { throughIngress } from "../support/odoo-browser.ts";
import { type Stage, siteOf } from "../support/stage.ts";

const outageMs = 60_000;
const convergesWithinMs = 30_000;
// After a refused connection the controllers of Kubernetes ask again after up to a minute, which nothing shortens.
const kubernetesBackOffMs = 75_000;

const shown = "queries: all shown as before";

interface Shown {
  state: string;
  pods: { isStale: boolean; items: { name: string; restarts: number }[] };
}

interface Outage {
  what: string;
  lose: () => Promise<() => Promise<void>>;
  slug: string;
  runningWithinMs: number;
}

const outages: Outage[] = [
  { what: "hangs", lose: freezeApiServer, slug: "late-1", runningWithinMs: convergesWithinMs },
  {
    what: "has crashed",
    lose: crashApiServer,
    slug: "late-2",
    runningWithinMs: convergesWithinMs + kubernetesBackOffMs,
  },
];

/** A minute without the API server. */
export function testOutage(stage: Stage): void {
  test.each(outages)(
    "a minute while the API server $what: queries say that they are stale, and then all converges with nothing restarted",
    async ({ what, lose, slug, runningWithinMs }) => {
      const { client, platform } = stage;
      const before = await show(stage);
      expect(before).toMatchObject({ state: "RUNNING", pods: { isStale: false } });
      const late = await loseFor(stage, lose, slug);
      const backAtMs = Date.now();
      const left = (withinMs: number) => withinMs - (Date.now() - backAtMs);
      const readTimes = () => readMilestones(platform.cluster, client, late);
      let freshAfterMs = Number.NaN;
      try {
        await eventually(async () => {
          expect(await show(stage)).toEqual(before);
          return true;
        }, left(convergesWithinMs));
        freshAfterMs = Date.now() - backAtMs;
        await eventually(async () => platformIsDone(await readTimes()) || undefined, left(convergesWithinMs));
        await untilState(client, late, { state: "RUNNING", timeoutMs: left(runningWithinMs) });
        expect(await show(stage)).toEqual(before);
      } finally {
        const lines = formatMilestones(
          { [shown]: new Date(backAtMs + freshAfterMs).toJSON() ?? undefined, ...(await readTimes()) },
          backAtMs,
        );
        console.log(`the API server ${what}; seconds after it was back:\n${lines}`);
        await deleteTenant(client, late, slug);
        await untilGone(client, late, 120_000);
      }
    },
  );
}

/** Returns the tenant that was asked for meanwhile. */
async function loseFor(stage: Stage, lose: Outage["lose"], slug: string): Promise<CreatedTenant> {
  const giveBack = await lose();
  const lostAtMs = Date.now();
  try {
    await eventually(async () => ((await show(stage)).pods.isStale ? true : undefined), 30_000);
    const tenant = await createTenant(stage.client, slug);
    const page = await throughIngress({ ...siteOf(stage, "acme"), path: "/web/login" });
    expect(page.status).toBe(200);
    await delay(outageMs - (Date.now() - lostAtMs));
    return tenant;
  } finally {
    await giveBack();
  }
}

async function show({ client, tenants }: Stage): Promise<Shown> {
  const query = "query ($id: ID!) { tenant(id: $id) { state pods { isStale items { name restarts } } } }";
  return (await client.request<{ tenant: Shown }>(query, { id: tenants.acme.id })).tenant;
}

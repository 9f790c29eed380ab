import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { eventually } from "../../test/support/server-process.ts";
import { untilStocked } from "../../test/support/spare-stock.ts";
import {
  type CreatedTenant,
  createTenant,
  deleteTenant,
  untilGone,
  untilState,
} from "../../test/support/tenant-journeys.ts";
import { crashApiServer, freezeApiServer } from "../support/api-server.ts";
import {
  containerRunsAtMs,
  formatMilestones,
  platformIsDone,
  readMilestones,
} from "../support/milestones.ts";
import { throughIngress } from "../support/odoo-browser.ts";
import { type Stage, siteOf } from "../support/stage.ts";

const outageMs = 60_000;
const convergesWithinMs = 30_000;
// After a refused connection the controllers of Kubernetes ask again after up to a minute, which nothing shortens.
const kubernetesBackOffMs = 75_000;
// As long as ever, which a busy machine makes longer.
const odooStartMs = 60_000;
const refillWithinMs = 120_000;

interface Shown {
  state: string;
  pods: { isStale: boolean; items: { name: string; restarts: number }[] };
}

interface Outage {
  what: string;
  lose: () => Promise<() => Promise<void>>;
  slug: string;
  /** Until the container of a new pod runs. */
  podWithinMs: number;
}

const outages: Outage[] = [
  { what: "hangs", lose: freezeApiServer, slug: "late-1", podWithinMs: convergesWithinMs },
  {
    what: "has crashed",
    lose: crashApiServer,
    slug: "late-2",
    podWithinMs: convergesWithinMs + kubernetesBackOffMs,
  },
];

/** A minute without the API server. */
export function testOutage(stage: Stage): void {
  test.each(outages)(
    "a minute while the API server $what: queries say that they are stale, and then all converges with nothing restarted",
    async ({ what, lose, slug, podWithinMs }) => {
      const { client, platform } = stage;
      const before = await show(stage);
      expect(before).toMatchObject({ state: "RUNNING", pods: { isStale: false } });
      await untilStocked(stage.admin, refillWithinMs);
      const { cold, warm } = await loseFor(stage, lose, slug);
      const backAtMs = Date.now();
      const left = (withinMs: number) => withinMs - (Date.now() - backAtMs);
      const readTimes = () => readMilestones(platform.cluster, client, cold);
      const seen: Record<string, string> = {};
      const see = (sight: string) => {
        seen[sight] = new Date().toJSON();
      };
      try {
        await untilAsBefore(stage, before, left(convergesWithinMs));
        see("queries: all shown as before");
        await untilState(client, warm, { state: "RUNNING", timeoutMs: left(convergesWithinMs) });
        see("made of a spare: running");
        await eventually(async () => platformIsDone(await readTimes()) || undefined, left(convergesWithinMs));
        await untilState(client, cold, { state: "RUNNING", timeoutMs: left(podWithinMs + odooStartMs) });
        expect(containerRunsAtMs(await readTimes()) - backAtMs).toBeLessThan(podWithinMs);
        expect(await show(stage)).toEqual(before);
      } finally {
        const lines = formatMilestones({ ...seen, ...(await readTimes()) }, backAtMs);
        console.log(`the API server ${what}; seconds after it was back:\n${lines}`);
        await remove(stage, { [slug]: cold, [`${slug}-warm`]: warm });
      }
    },
  );
}

/** Returns the instances that were asked for meanwhile: one that needs a pod, and one that finds a spare. */
async function loseFor(stage: Stage, lose: Outage["lose"], slug: string) {
  const giveBack = await lose();
  const lostAtMs = Date.now();
  try {
    await eventually(async () => ((await show(stage)).pods.isStale ? true : undefined), 30_000);
    const cold = await createTenant(stage.client, slug, { planCode: "standard" });
    const warm = await createTenant(stage.client, `${slug}-warm`);
    const page = await throughIngress({ ...siteOf(stage, "acme"), path: "/web/login" });
    expect(page.status).toBe(200);
    await delay(outageMs - (Date.now() - lostAtMs));
    return { cold, warm };
  } finally {
    await giveBack();
  }
}

const untilAsBefore = (stage: Stage, before: Shown, timeoutMs: number) =>
  eventually(async () => {
    expect(await show(stage)).toEqual(before);
    return true;
  }, timeoutMs);

async function remove({ client }: Stage, tenants: Record<string, CreatedTenant>): Promise<void> {
  for (const [slug, tenant] of Object.entries(tenants)) await deleteTenant(client, tenant, slug);
  for (const tenant of Object.values(tenants)) await untilGone(client, tenant, 120_000);
}

async function show({ client, tenants }: Stage): Promise<Shown> {
  const query = "query ($id: ID!) { tenant(id: $id) { state pods { isStale items { name restarts } } } }";
  return (await client.request<{ tenant: Shown }>(query, { id: tenants.acme.id })).tenant;
}

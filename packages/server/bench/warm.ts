import { requestThroughIngress, signInThroughIngress } from "../test/support/ingress-request.ts";
import type { PlatformClient } from "../test/support/platform-client.ts";
import { untilStocked } from "../test/support/spare-stock.ts";
import { createTenant, deleteTenant, untilGone, untilState } from "../test/support/tenant-journeys.ts";

/** Spares are of another plan than the creations that are measured cold. */
export const warmPlan = "standard";

export interface WarmOptions {
  client: PlatformClient;
  admin: PlatformClient;
  /** URL of the ingress. */
  ingress: string;
  nextSlug: () => string;
  times: number;
}

/**
 * Milliseconds from the mutation until the state is RUNNING and /web/login answers by the new name, one after another,
 * each when the stock is full again. Checked outside the time: it was a spare, and the chosen password works.
 */
export async function measureWarm(options: WarmOptions): Promise<number[]> {
  const { client, admin, ingress, nextSlug, times } = options;
  const measured: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await untilStocked(admin, 300_000);
    const slug = nextSlug();
    const startedAtMs = performance.now();
    const tenant = await createTenant(client, slug, { planCode: warmPlan });
    await untilState(client, tenant, { state: "RUNNING", timeoutMs: 120_000 });
    await untilAnswering(ingress, slug);
    measured.push(performance.now() - startedAtMs);
    await assertWarm(client, tenant.operationId);
    const { status } = await signInThroughIngress(ingress, slug);
    if (status !== 303) throw new Error(`signing in to ${slug} answered ${status}`);
    await deleteTenant(client, tenant, slug);
    await untilGone(client, tenant, 120_000);
  }
  return measured;
}

async function untilAnswering(ingress: string, slug: string): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  for (;;) {
    const { status } = await requestThroughIngress(ingress, { slug, path: "/web/login" });
    if (status === 200) return;
    if (performance.now() > deadlineMs) throw new Error(`${slug} answered ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function assertWarm(client: PlatformClient, operationId: string): Promise<void> {
  type Answer = { operation: { events: { step: string; message: string }[] } };
  const query = "query ($id: ID!) { operation(id: $id) { events { step message } } }";
  const { operation } = await client.request<Answer>(query, { id: operationId });
  const accepted = operation.events.find(({ step }) => step === "ACCEPTED");
  if (!accepted?.message.includes("prepared")) throw new Error("no spare was taken");
}

import { canaryNamespace, ensureCanary } from "@odoo-saas/k8s-core";
import { sql } from "kysely";
import type { Lease } from "../../core/lease.ts";
import type { ProbeFindings, ProbeOutcome, ProbeTarget } from "../../probe/protocol.ts";
import type { ReconcilerContext } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { type CanaryObservation, type Fault, isFault } from "./observations.ts";
import { ensureListener, type ProbeMaker, type ProbeState, removeProbes, runProbe } from "./probe-jobs.ts";
import { metadataTarget } from "./targets.ts";

const port = 8080;
const recheckMs = 1_000;
const giveUpAfterMs = 90_000;
/** A policy engine may take that long to learn of a new pod. */
const settleMs = 5_000;

interface CanaryRow {
  wantedAt: Date | null;
  observedAt: Date | null;
}

/** Shows, when somebody wants to know, whether this cluster enforces network policies at all. */
export async function reconcileCanary(reconciler: ReconcilerContext, lease: Lease): Promise<RunResult> {
  const { database, cluster, settings, clock } = reconciler;
  const { wantedAt, observedAt } = await readCanary(database);
  const writer = cluster.makeWriter(lease);
  const maker: ProbeMaker = { cluster, writer, image: settings.isolation.probeImage };
  const isWanted = wantedAt !== null && (observedAt === null || observedAt < wantedAt);
  const suffix = String(wantedAt?.getTime() ?? 0);
  const keep = isWanted ? Object.values(namesOf(suffix)) : [];
  await removeProbes(maker, { namespaces: [canaryNamespace], probe: "canary", keep });
  if (!isWanted) return {};
  const outcome = await ensureCanary({ writer, settings: settings.cluster });
  if (outcome.kind === "wait") return { requeueAfterMs: outcome.requeueAfterMs };
  const isLate = clock.now().getTime() - wantedAt.getTime() > giveUpAfterMs;
  const observation = isLate
    ? { fault: "The canary's pods did not run in time." }
    : await observeCanary(maker, { suffix, api: cluster.client.server, at: clock.now() });
  if (observation === undefined) return { requeueAfterMs: recheckMs };
  await withFencedTransaction(database, lease, (transaction) =>
    transaction
      .updateTable("network_canary")
      .set({ observed_at: clock.now(), observation: JSON.stringify(observation) })
      .execute(),
  );
  await removeProbes(maker, { namespaces: [canaryNamespace], probe: "canary" });
  return {};
}

async function readCanary(database: ReconcilerContext["database"]): Promise<CanaryRow> {
  const { rows } = await sql<CanaryRow>`
    select wanted_at as "wantedAt", observed_at as "observedAt" from platform.network_canary
  `.execute(database);
  return rows[0] ?? { wantedAt: null, observedAt: null };
}

const namesOf = (suffix: string) => ({
  openListener: `open-listener-${suffix}`,
  closedListener: `closed-listener-${suffix}`,
  openClient: `open-client-${suffix}`,
  closedClient: `closed-client-${suffix}`,
});

/** Undefined while its pods are still at it. */
async function observeCanary(
  maker: ProbeMaker,
  { suffix, api, at }: { suffix: string; api: URL; at: Date },
): Promise<CanaryObservation | Fault | undefined> {
  const names = namesOf(suffix);
  const shared = { namespace: canaryNamespace, probe: "canary" };
  const open = { ...shared, canary: "open" } as const;
  const closed = { ...shared, canary: "closed" } as const;
  const openIp = await ensureListener(maker, { ...open, name: names.openListener, port });
  const closedIp = await ensureListener(maker, { ...closed, name: names.closedListener, port });
  if (openIp === undefined || closedIp === undefined) return undefined;
  const to = (name: string, host: string, expects: ProbeTarget["expects"]): ProbeTarget => ({
    ...{ name, host, port, kind: "http", expects },
  });
  const targets = [
    to("open", openIp, "ANSWER"),
    to("closed", closedIp, "DENIAL"),
    { ...metadataTarget, expects: "ANSWER" as const },
    {
      name: "api",
      kind: "tcp" as const,
      host: api.hostname,
      port: Number(api.port || 443),
      expects: "ANSWER" as const,
    },
  ];
  const openState = await runProbe(maker, { ...open, name: names.openClient, targets, settleMs });
  const closedState = await runProbe(maker, {
    ...{ ...closed, name: names.closedClient, settleMs },
    targets: [to("open", openIp, "DENIAL")],
  });
  return combine(openState, closedState, at);
}

function combine(open: ProbeState, closed: ProbeState, at: Date): CanaryObservation | Fault | undefined {
  if (open.kind === "running" || closed.kind === "running") return undefined;
  if (isFault(open.findings)) return open.findings;
  if (isFault(closed.findings)) return closed.findings;
  const outcomeOf = ({ results }: ProbeFindings, target: string): ProbeOutcome =>
    results.find(({ name }) => name === target)?.outcome ?? "FAILED";
  return {
    at: at.toISOString(),
    openToOpen: outcomeOf(open.findings, "open"),
    openToClosed: outcomeOf(open.findings, "closed"),
    closedToOpen: outcomeOf(closed.findings, "open"),
    openToMetadata: outcomeOf(open.findings, metadataTarget.name),
    openToApi: outcomeOf(open.findings, "api"),
  };
}

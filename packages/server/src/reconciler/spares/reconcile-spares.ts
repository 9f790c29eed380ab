import type { Lease } from "../../core/lease.ts";
import { resolveSpareTargets, spareKindKey } from "../../core/spares.ts";
import type { ReconcilerContext } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { planSpares, type WantedSpares } from "./plan-spares.ts";
import { findSharedPlans, findSpares, insertSpare, removeSpares } from "./spare-rows.ts";

const recheckMs = 30_000;

/** Keeps as many spares of each kind as configured: makes those that are missing, removes what nobody wants. */
export async function reconcileSpares(reconciler: ReconcilerContext, lease: Lease): Promise<RunResult> {
  const { database, log } = reconciler;
  const plans = await findSharedPlans(database);
  const wanted = findWanted(reconciler, plans);
  await withFencedTransaction(database, lease, async (transaction) => {
    const { missing, surplus } = planSpares(wanted, await findSpares(transaction));
    const images = new Map(wanted.map((target) => [spareKindKey(target), target.image]));
    for (const kind of missing) {
      const image = images.get(spareKindKey(kind))!;
      await insertSpare(transaction, { ...kind, planId: plans.get(kind.planCode)!, image });
    }
    if (surplus.length > 0) await removeSpares(transaction, surplus);
    if (missing.length + surplus.length > 0) {
      log.info({ made: missing.length, removed: surplus.length }, "warm spares are brought to their number");
    }
  });
  return { requeueAfterMs: recheckMs };
}

function findWanted(reconciler: ReconcilerContext, plans: Map<string, string>): WantedSpares[] {
  const { application, settings, log } = reconciler;
  const isPossible = ({ planCode, version, bundle }: Omit<WantedSpares, "image">) =>
    plans.has(planCode) && application.versions.includes(version) && application.bundles.includes(bundle);
  return resolveSpareTargets(settings.spares, application).flatMap((target) => {
    if (isPossible(target)) return [{ ...target, image: application.imageOf(target.version) }];
    log.warn(
      { spares: spareKindKey(target) },
      "no spares: there is no such plan on shared servers, version or bundle",
    );
    return [];
  });
}

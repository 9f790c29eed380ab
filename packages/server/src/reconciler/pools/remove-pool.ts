import { deleteNamespace } from "@odoo-saas/k8s-core";
import { withFencedTransaction } from "../fence.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import type { PoolRun } from "./pool-run.ts";

const stillUsedRecheckMs = 30_000;

/** Takes everything of an empty pool down: server, volume, namespace, and at last its row. */
export async function removePool({ reconciler, lease, pool, writer }: PoolRun): Promise<RunResult> {
  const { database, cluster, changes, log } = reconciler;
  if (pool.used_tenants > 0) {
    log.warn({ pool: pool.name, tenants: pool.used_tenants }, "a pool to be removed still has tenants");
    return { requeueAfterMs: stillUsedRecheckMs };
  }
  const { client, caches } = cluster;
  const outcome = await deleteNamespace({ namespace: pool.name, client, caches, writer });
  if (outcome.kind === "wait") return { requeueAfterMs: outcome.requeueAfterMs };
  await withFencedTransaction(database, lease, (transaction) =>
    transaction
      .deleteFrom("database_servers")
      .where("id", "=", pool.id)
      .where("used_tenants", "=", 0)
      .execute(),
  );
  changes.publish("pools");
  reconciler.observe("pools");
  return {};
}

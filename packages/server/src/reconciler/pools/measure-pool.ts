import type { ServerMeasurement } from "../../core/postgres-servers.ts";
import { withFencedTransaction } from "../fence.ts";
import type { PoolRecord } from "./pool-record.ts";
import type { PoolRun } from "./pool-run.ts";

/** Stores what the server is doing, when the last look is long enough ago. */
export async function measurePool(run: PoolRun): Promise<void> {
  const { reconciler, lease, pool } = run;
  const { database, settings, clock, changes, postgresServers } = reconciler;
  const now = clock.now();
  const lastAtMs = pool.measured_at?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (now.getTime() - lastAtMs < settings.pool.measureEveryMs) return;
  const measured = await postgresServers.measure(pool);
  const cores = (pool.cpu_millicores ?? settings.pool.cpuMillicores) / 1_000;
  await withFencedTransaction(database, lease, (transaction) =>
    transaction
      .updateTable("database_servers")
      .set({
        measured_at: now,
        measured_connections: measured.connections,
        measured_databases: measured.databases,
        measured_bytes: Math.round(measured.dataBytes),
        measured_active_ms: measured.activeMs,
        measured_load: computeLoad(pool, measured, { now, cores }),
      })
      .where("id", "=", pool.id)
      .execute(),
  );
  changes.publish("pools");
}

/** Busy sessions per core since the last measurement; 0 when the counter began anew, as after a restart. */
export function computeLoad(
  { measured_at, measured_active_ms }: Pick<PoolRecord, "measured_at" | "measured_active_ms">,
  { activeMs }: Pick<ServerMeasurement, "activeMs">,
  { now, cores }: { now: Date; cores: number },
): number {
  if (measured_at === null || measured_active_ms === null) return 0;
  const elapsedMs = Math.max(1, now.getTime() - measured_at.getTime());
  return Math.max(0, activeMs - measured_active_ms) / elapsedMs / cores;
}

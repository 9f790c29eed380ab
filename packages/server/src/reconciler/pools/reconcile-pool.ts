import { randomBytes } from "node:crypto";
import {
  awaitPool,
  ensurePool,
  ensurePoolNamespace,
  type Outcome,
  type PoolPhaseContext,
  poolPasswordKey,
  postgresName,
  TerminalError,
} from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import { type ReconcilerContext, resyncAfterMs } from "../context.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { ensureTemplates, type PoolRun } from "./ensure-templates.ts";
import { findPoolRecord, type PoolRecord, writePoolStatus } from "./pool-record.ts";

// Five connections a tenant and some for the platform itself.
const connectionsPerTenant = 5;
const spareConnections = 50;
const failedRecheckMs = 30_000;

/** One run over a shared PostgreSQL server: its objects, its preparation, its templates. */
export async function reconcilePool(
  reconciler: ReconcilerContext,
  lease: Lease,
  name: string,
): Promise<RunResult> {
  const pool = await findPoolRecord(reconciler.database, name);
  if (pool === undefined) return {};
  try {
    const outcome = await runPool({ reconciler, lease, pool });
    if (outcome.kind === "done") {
      await writePoolStatus(
        reconciler,
        { lease, pool },
        { ...calm, isReady: true, reason: "Ready", message: "" },
      );
      if (pool.state !== "ACTIVE") reconciler.observe("pools");
      return { requeueAfterMs: resyncAfterMs() };
    }
    await writePoolStatus(
      reconciler,
      { lease, pool },
      { ...calm, reason: "Preparing", message: outcome.reason },
    );
    return { requeueAfterMs: outcome.requeueAfterMs };
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    const { reason, message } = error;
    await writePoolStatus(reconciler, { lease, pool }, { isReady: false, isFailing: true, reason, message });
    reconciler.log.error({ pool: name, reason, message }, "a pool cannot be prepared");
    return { requeueAfterMs: failedRecheckMs };
  }
}

const calm = { isReady: false, isFailing: false };

async function runPool(input: {
  reconciler: ReconcilerContext;
  lease: Lease;
  pool: PoolRecord;
}): Promise<Outcome> {
  const { reconciler, lease, pool } = input;
  const { cluster, settings, postgresServers } = reconciler;
  const writer = cluster.makeWriter(lease);
  await ensurePoolNamespace({ name: pool.name, settings: settings.cluster, writer });
  const secret = await writer.findSecret(pool.name, postgresName);
  if (secret === undefined && pool.state === "ACTIVE") {
    throw new TerminalError(
      "SecretMissing",
      `The Secret ${postgresName} in ${pool.name} holds the server's password and is gone: put it back.`,
    );
  }
  const { image, cpuMillicores, memoryBytes, storageBytes } = settings.pool;
  const maxConnections = pool.max_tenants * connectionsPerTenant + spareConnections;
  const context: PoolPhaseContext = {
    name: pool.name,
    image,
    size: { cpuMillicores, memoryBytes, storageBytes, maxConnections },
    password: secret?.[poolPasswordKey] ?? randomBytes(24).toString("base64url"),
    settings: settings.cluster,
    caches: cluster.caches,
    writer,
  };
  await ensurePool(context);
  const ready = await awaitPool(context);
  if (ready.kind === "wait") return ready;
  await postgresServers.prepare(pool);
  const run: PoolRun = { ...input, writer };
  return ensureTemplates(run);
}

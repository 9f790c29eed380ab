import { randomBytes } from "node:crypto";
import {
  awaitPool,
  ensurePool,
  ensurePoolNamespace,
  type PoolPhaseContext,
  poolPasswordKey,
  postgresName,
} from "@odoo-saas/k8s-core";
import { messageOf } from "../../core/errors.ts";
import { LeaseLostError } from "../../core/lease.ts";
import type { PoolRun } from "./pool-run.ts";
import type { PoolFinding } from "./pool-status.ts";

// For the platform's own sessions and the Jobs that build templates.
const spareConnections = 50;

/** Brings the server up; what keeps it from serving, or undefined when nothing does. */
export async function ensureServer(run: PoolRun): Promise<PoolFinding["problem"]> {
  const { reconciler, pool, writer } = run;
  const { settings } = reconciler;
  await ensurePoolNamespace({ name: pool.name, settings: settings.cluster, writer });
  const secret = await writer.findSecret(pool.name, postgresName);
  if (secret === undefined && pool.activated_at !== null) {
    const message = `The Secret ${postgresName} in ${pool.name} holds the server's password and is gone: put it back.`;
    return { reason: "SecretMissing", message, isFinal: true };
  }
  const context = buildContext(run, secret?.[poolPasswordKey] ?? randomBytes(24).toString("base64url"));
  await ensurePool(context);
  const ready = await awaitPool(context);
  if (ready.kind === "wait") return { reason: "NotReady", message: ready.reason, isFinal: false };
  return prepare(run);
}

function buildContext({ reconciler, pool, writer }: PoolRun, password: string): PoolPhaseContext {
  const { settings, cluster } = reconciler;
  const { image, cpuMillicores, memoryBytes, storageBytes } = settings.pool;
  return {
    name: pool.name,
    image,
    size: {
      cpuMillicores: pool.cpu_millicores ?? cpuMillicores,
      memoryBytes: pool.memory_bytes ?? memoryBytes,
      storageBytes: pool.storage_bytes ?? storageBytes,
      maxConnections: pool.connection_budget + spareConnections,
    },
    password,
    settings: settings.cluster,
    caches: cluster.caches,
    writer,
  };
}

/** A server whose pod looks ready may still refuse: its disk is full, it recovers, its password is another. */
async function prepare({ reconciler, pool }: PoolRun): Promise<PoolFinding["problem"]> {
  try {
    await reconciler.postgresServers.prepare(pool);
    return undefined;
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    return { reason: "NotAnswering", message: `PostgreSQL refuses: ${messageOf(error)}.`, isFinal: false };
  }
}

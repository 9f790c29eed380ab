import type { Lease } from "../core/lease.ts";
import type { ReconcileKey, ReconcileQueue } from "../core/ports.ts";
import { reconcileAudit } from "./audit/reconcile-audit.ts";
import type { ReconcilerContext } from "./context.ts";
import { reconcileCanary } from "./isolation/reconcile-canary.ts";
import { reconcileReport } from "./isolation/reconcile-report.ts";
import { reconcileReports } from "./isolation/reconcile-reports.ts";
import { reconcileOrphans } from "./orphans/reconcile-orphans.ts";
import { reconcilePool } from "./pools/reconcile-pool.ts";
import { reconcilePools } from "./pools/reconcile-pools.ts";
import { countKeys } from "./queue/claims.ts";
import { makeObservedKeys } from "./queue/observed-keys.ts";
import {
  makeQueueWorker,
  type QueueObserver,
  type QueueWorker,
  type RunResult,
} from "./queue/queue-worker.ts";
import { reconcileQueue, scheduleEverything } from "./queue/requests.ts";
import { reconcileSpares } from "./spares/reconcile-spares.ts";
import { reconcileTenant } from "./tenants/reconcile-tenant.ts";

export interface ReconcilerOptions extends Omit<ReconcilerContext, "observe" | "database"> {
  /** Connects as the worker's role. */
  workerDatabase: ReconcilerContext["database"];
  /** For the session that hears wake-ups; as the worker's role, and straight to the server. */
  listenerUrl: string;
  concurrency?: number;
  /** Told of each run, for metrics. */
  observer?: QueueObserver;
}

/** A replica that reconciles. */
export interface Reconciler {
  queue: ReconcileQueue;
  /** For metrics: keys waiting to run, and keys being run by any replica. */
  countKeys(): Promise<{ due: number; leased: number }>;
  /** Takes no more keys, and waits a moment for the runs under way. */
  dispose(): Promise<void>;
}

const startUpSpreadMs = 10_000;

/** Begins to reconcile as soon as the cluster's caches are filled. */
export function makeReconciler(options: ReconcilerOptions): Reconciler {
  const { workerDatabase: database, cluster, log } = options;
  const stop = new AbortController();
  let worker: QueueWorker | undefined;
  const observed = makeObservedKeys({ database, log, onWritten: () => worker?.wake() });
  const context: ReconcilerContext = { ...options, database, observe: observed.observe };
  const unsubscribe = cluster.onChange(observed.observe);

  const start = async () => {
    await cluster.waitForSync(stop.signal);
    await scheduleEverything(database, startUpSpreadMs);
    stop.signal.throwIfAborted();
    worker = makeQueueWorker({
      ...pickWorkerOptions(options),
      database,
      // Another replica may still reach the cluster; here the keys would only wait longer for each failure.
      isAble: cluster.isConnected,
      run: (lease) => reconcileKey(context, lease),
    });
  };
  const startOrRetry = async () => {
    while (!stop.signal.aborted && worker === undefined) {
      await start().catch((error: Error) => {
        if (!stop.signal.aborted)
          log.warn({ error: error.message }, "cannot begin to reconcile; trying again");
      });
      if (worker === undefined) await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const starting = startOrRetry();

  return {
    queue: reconcileQueue,
    countKeys: () => countKeys(database),
    async dispose() {
      stop.abort();
      unsubscribe();
      await starting;
      await worker?.dispose();
      await observed.dispose();
    },
  };
}

const pickWorkerOptions = ({ listenerUrl, log, concurrency, observer }: ReconcilerOptions) => ({
  listenerUrl,
  log,
  ...(concurrency !== undefined && { concurrency }),
  ...(observer && { observer }),
});

async function reconcileKey(context: ReconcilerContext, lease: Lease): Promise<RunResult> {
  const [kind, name] = splitKey(lease.key);
  if (kind === "tenant") return reconcileTenant(context, lease, name);
  if (kind === "pool") return reconcilePool(context, lease, name);
  if (kind === "spares") return reconcileSpares(context, lease);
  if (kind === "audit") return reconcileAudit(context, lease, name);
  if (kind === "orphans") return reconcileOrphans(context, lease);
  if (kind === "report") return reconcileReport(context, lease, name);
  if (kind === "reports") return reconcileReports(context, lease);
  if (kind === "canary") return reconcileCanary(context, lease);
  return reconcilePools(context, lease);
}

function splitKey(key: ReconcileKey): [kind: string, name: string] {
  const at = key.indexOf(":");
  return at < 0 ? [key, ""] : [key.slice(0, at), key.slice(at + 1)];
}

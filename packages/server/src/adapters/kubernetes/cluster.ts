import {
  type Caches,
  isProbe,
  type KubernetesClient,
  kinds,
  makeCaches,
  makeKubernetesClient,
  makeObjectWriter,
  namespaceOf,
  type ObjectWriter,
  type Pod,
  platformName,
  poolPasswordKey,
  postgresName,
  type Secret,
} from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { Log } from "../../core/log.ts";
import type { ChangeBus, ClusterView, PodView, ReconcileKey } from "../../core/ports.ts";
import { isRelevant, keyOfChange, liveKinds } from "./change-keys.ts";
import { findReadyAddress } from "./ready-address.ts";

/** The cluster: what its caches show, and the ways to change it under a lease. */
export interface Cluster extends ClusterView {
  readonly client: KubernetesClient;
  readonly caches: Caches;
  waitForSync(signal?: AbortSignal): Promise<void>;
  /** Whether the API server is heard. */
  isConnected(): boolean;
  /** Writes only while the lease is held. */
  makeWriter(lease: Lease): ObjectWriter;
  /** Tells the key of each change that a reconcile may have to answer. Returns the unsubscribe function. */
  onChange(listener: (key: ReconcileKey) => void): () => void;
  /** Address of a database server's first ready pod; absent while it has none. */
  findDatabaseAddress(serverName: string): { host: string; port: number } | undefined;
  /** The control role's password of a database server; throws when there is none. */
  readDatabasePassword(serverName: string): Promise<string>;
  dispose(): Promise<void>;
}

export interface ClusterOptions {
  /** Absent: the credentials that a pod finds in its own cluster. */
  kubeconfigPath?: string;
  /** Instead of a client made from the kubeconfig. */
  client?: KubernetesClient & { dispose(): void };
  log: Log;
  /** Told of what this replica's caches saw, for live views. */
  changes?: Pick<ChangeBus, "publishLocally">;
  fieldManager?: string;
}

/** Connects and begins to fill the caches. */
export function makeCluster(options: ClusterOptions): Cluster {
  const { kubeconfigPath, log, changes, fieldManager = platformName } = options;
  const client =
    options.client ?? makeKubernetesClient({ ...(kubeconfigPath && { kubeconfigPath }), fieldManager, log });
  const caches = makeCaches({ client, log });
  const unsubscribe = caches.onChange((change) => {
    if (change.tenantId !== undefined && liveKinds.has(change.object.kind)) {
      changes?.publishLocally(`tenant:${change.tenantId}`);
    }
  });
  return {
    client,
    caches,
    waitForSync: caches.waitForSync,
    hasSynced: caches.hasSynced,
    isConnected: caches.isConnected,
    podsOfTenant: (tenantId) => ({
      items: caches
        .of<Pod>(kinds.Pod)
        .list(namespaceOf({ id: tenantId }))
        .filter((pod) => !isProbe(pod))
        .map(buildPodView),
      observedAt: caches.observedAt(),
      isStale: caches.isStale(),
    }),
    makeWriter: (lease) => makeObjectWriter({ client, caches, log, guard: lease.assertHeld }),
    onChange: (listener) =>
      caches.onChange((change) => {
        const key = keyOfChange(change);
        if (key !== undefined && isRelevant(change)) listener(key);
      }),
    findDatabaseAddress: (serverName) =>
      findReadyAddress(caches, { namespace: serverName, service: postgresName }),
    async readDatabasePassword(serverName) {
      const ref = { kind: kinds.Secret, namespace: serverName, name: postgresName };
      const encoded = (await client.find<Secret>(ref))?.data?.[poolPasswordKey];
      if (encoded === undefined) throw new Error(`The Secret with the password of ${serverName} is missing.`);
      return Buffer.from(encoded, "base64").toString("utf8");
    },
    async dispose() {
      unsubscribe();
      await caches.dispose();
      client.dispose();
    },
  };
}

function buildPodView({ metadata, spec, status }: Pod): PodView {
  const containers = status?.containerStatuses ?? [];
  return {
    name: metadata.name,
    phase: metadata.deletionTimestamp ? "Terminating" : (status?.phase ?? "Pending"),
    nodeName: spec?.nodeName ?? null,
    isReady: status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    startedAt: status?.startTime ? new Date(status.startTime) : null,
  };
}

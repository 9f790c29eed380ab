import { mkdirSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { ensureCertificates } from "./certificates.ts";
import { ensureClusterObjects } from "./ensure-cluster-objects.ts";
import { listen } from "./http/api-server.ts";
import type { KubeletAccess } from "./http/serve-pod-log.ts";
import { buildKubeconfig } from "./kubeconfig.ts";
import { expireEvents } from "./lifecycle/expire-events.ts";
import { GarbageCollector } from "./lifecycle/garbage-collector.ts";
import { NamespaceLifecycle } from "./lifecycle/namespace-lifecycle.ts";
import { keepQuotaStatus } from "./lifecycle/quota-status.ts";
import { KubeletMetrics, type MetricsSource } from "./metrics-source.ts";
import { ObjectStore } from "./object-store.ts";
import { Registry } from "./registry.ts";
import { Tokens } from "./tokens.ts";

const ADMIN = "kubernetes-admin";

export interface KubernetesApiOptions {
  /** Folder of `kubernetes.db` and the certificates. */
  dir: string;
  /** Default: 127.0.0.1. */
  host?: string;
  /** 0 (the default) takes any free one. */
  port?: number;
  /** Milliseconds since 1970, for the times in objects. */
  clock?: () => number;
  /** Changes remembered per kind for watches (default 2,000). */
  historySize?: number;
  bookmarkIntervalMs?: number;
  metricsIntervalMs?: number;
  /** Unexpected failures inside the server; default: a process warning. */
  onError?: (error: unknown) => void;
}

export interface KubernetesApi {
  url: string;
  port: number;
  caPem: string;
  /** The administrator's bearer token. */
  token: string;
  /** The administrator's kubeconfig, as text. */
  kubeconfig: string;
  /** The user's bearer token: the same one for the same name, also after a restart. */
  mintToken(username: string, groups?: string[]): string;
  /** Breaks every open connection, watches included. */
  dropConnections(): void;
  /** Forgets the history, so that every earlier resourceVersion is Gone. */
  compactHistory(): void;
  resourceVersion(): string;
  dispose(): Promise<void>;
}

const warn = (error: unknown) => process.emitWarning(error instanceof Error ? error : String(error));

interface Parts {
  registry: Registry;
  tokens: Tokens;
  kubelets: KubeletAccess;
  metrics: MetricsSource;
  stop: () => void;
}

/** Everything behind the HTTP server. */
function makeParts(
  options: KubernetesApiOptions,
  pki: Awaited<ReturnType<typeof ensureCertificates>>,
): Parts {
  const { dir, clock = Date.now, historySize = 2_000, metricsIntervalMs = 15_000, onError = warn } = options;
  const store = new ObjectStore({ file: join(dir, "kubernetes.db"), historySize });
  const registry = new Registry(store, clock);
  const tokens = new Tokens(store);
  const kubelets = { client: pki.client, token: tokens.mint("kube-apiserver", ["system:masters"]) };
  const scraper = new KubeletMetrics({ store, access: kubelets, intervalMs: metricsIntervalMs });
  const lifecycles = [new NamespaceLifecycle(registry, pki.caPem), new GarbageCollector(registry, onError)];
  const stops = [keepQuotaStatus(registry), expireEvents(registry)];
  ensureClusterObjects(registry);
  store.compact();
  const stop = () => {
    for (const each of [...lifecycles, scraper]) each.dispose();
    for (const stopOne of stops) stopOne();
    store.close();
  };
  return { registry, tokens, kubelets, metrics: () => scraper.read(), stop };
}

/** Starts an embedded Kubernetes API server over the objects in `dir`; rejects when the port is taken. */
export async function makeKubernetesApi(options: KubernetesApiOptions): Promise<KubernetesApi> {
  const { dir, host = "127.0.0.1", bookmarkIntervalMs = 60_000, onError = warn } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const pki = await ensureCertificates(join(dir, "pki"), host);
  const { stop, ...parts } = makeParts(options, pki);
  const sockets = new Set<Socket>();
  const onConnection = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  const deps = { ...parts, bookmarkIntervalMs, onError, onConnection };
  const { server, port } = await listen(deps, { host, port: options.port ?? 0, serving: pki.serving }).catch(
    (error) => {
      stop();
      throw error;
    },
  );
  const { caPem } = pki;
  const url = `https://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
  const mintToken = (username: string, groups: string[] = []) => parts.tokens.mint(username, groups);
  const token = mintToken(ADMIN, ["system:masters"]);
  const kubeconfig = buildKubeconfig({ url, caPem, user: ADMIN, token });
  const dispose = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    dropConnections();
    await closed;
    stop();
  };
  const { store } = parts.registry;
  return {
    ...{ url, port, caPem, token, kubeconfig, mintToken, dropConnections, dispose },
    compactHistory: () => store.compact(),
    resourceVersion: () => String(store.version),
  };
}

import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { makeAuthServer } from "../../src/adapters/supabase/auth-server.ts";
import { makeTokenVerifier } from "../../src/adapters/supabase/token-verifier.ts";
import { makeApi } from "../../src/api.ts";
import { makeLog } from "../../src/core/log.ts";
import type { ClusterView, PodView } from "../../src/core/ports.ts";
import { makeTenantUrls } from "../../src/core/tenant-urls.ts";
import { type Changes, makeChanges } from "../../src/database/changes.ts";
import { startHttpServer } from "../../src/http/api-server.ts";
import { type Metrics, makeMetrics } from "../../src/http/metrics.ts";
import { reconcileQueue } from "../../src/reconciler/queue/requests.ts";
import { type FakeAuth, startFakeAuth } from "./fake-auth.ts";
import { makeTestDatabase, type TestDatabase } from "./test-database.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape; what the tests expect is the check
export type Json = any;

/** A GraphQL answer as it came. */
export interface Answer<T> {
  status: number;
  data: T;
  errors?: { message: string; path?: string[]; extensions: { code: string; errorId?: string } }[];
}

/** Somebody who is signed in. */
export interface TestUser {
  userId: string;
  sessionId: string;
  token: string;
  query<T = Json>(query: string, variables?: Record<string, unknown>): Promise<Answer<T>>;
  socket(): { client: Client; closed: Promise<CloseEvent> };
}

export interface TestApi {
  url: string;
  database: TestDatabase;
  auth: FakeAuth;
  changes: Changes;
  metrics: Metrics;
  /** Pods that the fake cluster shows, by tenant. */
  pods: Map<string, PodView[]>;
  /** Passwords that were hashed. */
  hashed: string[];
  signIn(options?: { isAdmin?: boolean; expiresInSeconds?: number; userId?: string }): Promise<TestUser>;
  post<T = Json>(token: string | undefined, body: unknown): Promise<Answer<T>>;
  dispose(): Promise<void>;
}

/** The API on a real PostgreSQL and real transports, with a test issuer of tokens and a cluster of nothing. */
export async function startTestApi(options: { sessionCheckMs?: number } = {}): Promise<TestApi> {
  const { sessionCheckMs = 60_000 } = options;
  const [database, auth] = await Promise.all([makeTestDatabase(), startFakeAuth()]);
  const log = makeLog({ level: process.env.TEST_LOG_LEVEL ?? "silent" });
  const metrics = makeMetrics();
  const changes = makeChanges({ database: database.api, listenerUrl: database.apiUrl, log });
  const pods = new Map<string, PodView[]>();
  const hashed: string[] = [];
  const cluster: ClusterView = {
    podsOfTenant: (id) => ({ items: pods.get(id) ?? [], observedAt: new Date(), isStale: false }),
    hasSynced: () => true,
  };
  const api = makeApi({
    database: database.api,
    changes,
    queue: reconcileQueue,
    cluster,
    application: {
      versions: ["19"],
      bundles: ["base", "crm"],
      describeBundle: (bundle) => ({ title: bundle.toUpperCase(), description: "", modules: [bundle] }),
      imageOf: (version) => `odoo:${version}`,
      async hashPassword(password) {
        hashed.push(password);
        return `hash-of-${password.length}`;
      },
    },
    verifier: makeTokenVerifier({ supabaseUrl: auth.url }),
    authServer: makeAuthServer({ supabaseUrl: auth.url, anonKey: "anon" }),
    urls: makeTenantUrls({ scheme: "http", port: 8080, baseDomain: "localhost" }),
    strategyThresholds: { maxSharedConcurrentUsers: 50, maxSharedDatabaseBytes: 5 * 2 ** 30 },
    idempotencySecret: "0123456789abcdef",
    pools: {
      minFreePlaces: 10,
      size: {
        maxTenants: 50,
        connectionBudget: 800,
        cpuMillicores: 2_000,
        memoryBytes: 2 ** 32,
        storageBytes: 100 * 2 ** 30,
      },
    },
    reportsPerHour: 2,
    spares: [{ planCode: "basic", count: 2 }],
    log,
    sessionCheckEveryMs: sessionCheckMs,
  });
  const spaConfig = {
    supabaseUrl: auth.url,
    supabaseAnonKey: "anon",
    baseDomain: "localhost",
    tenantUrlPattern: "http://{slug}.localhost:8080",
    version: "0",
  };
  const webRoot = await makeWebRoot();
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    publicUrl: "http://localhost:4000",
    readiness: {},
    log,
    metrics,
    api: { ...api, database: database.api, changes, webRoot, spaConfig, sessionCheckMs },
  });
  const url = `http://127.0.0.1:${server.port}`;
  const clients: Client[] = [];

  const post: TestApi["post"] = async (token, body) => {
    const headers = {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: response.status, ...((await response.json()) as Json) };
  };
  return {
    url,
    database,
    auth,
    changes,
    metrics,
    pods,
    hashed,
    post,
    async signIn({ isAdmin = false, expiresInSeconds = 3600, userId = randomUUID() } = {}) {
      const sessionId = randomUUID();
      const token = await auth.sign({ userId, sessionId, isAdmin, expiresInSeconds });
      return {
        userId,
        sessionId,
        token,
        query: (query, variables) => post(token, { query, variables }),
        socket() {
          const closing = Promise.withResolvers<CloseEvent>();
          const client = createClient({
            url: `${url.replace("http", "ws")}/graphql`,
            webSocketImpl: WebSocket,
            connectionParams: { authorization: `Bearer ${token}` },
            retryAttempts: 0,
            lazy: false,
            onNonLazyError: () => undefined,
            on: { closed: (event) => closing.resolve(event as CloseEvent) },
          });
          clients.push(client);
          return { client, closed: closing.promise };
        },
      };
    },
    async dispose() {
      await server.dispose();
      for (const client of clients) await client.dispose();
      await changes.dispose();
      await Promise.all([database.dispose(), auth.dispose(), rm(webRoot, { recursive: true })]);
    },
  };
}

async function makeWebRoot(): Promise<string> {
  const webRoot = await mkdtemp(join(tmpdir(), "web-root-"));
  await mkdir(join(webRoot, "assets"));
  await writeFile(join(webRoot, "index.html"), "<title>The SPA</title>");
  await writeFile(join(webRoot, "assets", "app-1a2b.js"), "export {};");
  return webRoot;
}

/** Messages of one subscription, in order; fails when the next does not come in time. */
export function subscribe<T = Json>(client: Client, query: string, variables: Record<string, unknown> = {}) {
  const iterator = client.iterate<T>({ query, variables });
  return {
    async next(): Promise<T> {
      const result = await withDeadline(iterator.next()).catch((error: unknown) => {
        // The client throws what the server answered: a list of errors.
        throw Array.isArray(error) ? new Error(JSON.stringify(error)) : error;
      });
      if (result.done) throw new Error("the subscription ended");
      if (result.value.errors) throw new Error(JSON.stringify(result.value.errors));
      return result.value.data as T;
    },
    /** Passes over what says nothing new. */
    async until(isWanted: (data: T) => boolean): Promise<T> {
      for (;;) {
        const data = await this.next();
        if (isWanted(data)) return data;
      }
    },
    async ended(): Promise<boolean> {
      return (await withDeadline(iterator.next())).done === true;
    },
    stop: () => iterator.return?.(),
  };
}

/** Rejects after five seconds. */
export async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("nothing came within five seconds")), 5_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

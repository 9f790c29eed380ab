import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Pair } from "../certificates.ts";
import type { MetricsSource } from "../metrics-source.ts";
import type { Registry } from "../registry.ts";
import { badRequest, StatusError } from "../status-error.ts";
import type { Tokens, User } from "../tokens.ts";
import { findDiscovery } from "./discovery.ts";
import { type Exchange, sendJson } from "./exchange.ts";
import { findOpenApi } from "./openapi.ts";
import { serveMetrics } from "./serve-metrics.ts";
import type { KubeletAccess } from "./serve-pod-log.ts";
import { serveRead } from "./serve-reads.ts";
import { serveReview } from "./serve-reviews.ts";
import { findSubresourceServer } from "./serve-subresources.ts";
import { serveWrite } from "./serve-writes.ts";
import { findTarget } from "./target.ts";

export interface ApiServerDeps {
  registry: Registry;
  tokens: Tokens;
  kubelets: KubeletAccess;
  metrics: MetricsSource;
  bookmarkIntervalMs: number;
  onError: (error: unknown) => void;
  onConnection: (socket: Socket) => void;
}

const VERSION = {
  major: "1",
  minor: "34",
  gitVersion: "v1.34.4-sandbox",
  gitCommit: "0000000000000000000000000000000000000000",
  gitTreeState: "clean",
  buildDate: "2026-01-01T00:00:00Z",
  goVersion: "go1.24",
  compiler: "gc",
  platform: "linux/amd64",
};

const ANONYMOUS: User = { username: "system:anonymous", groups: ["system:unauthenticated"] };
const HEALTH = /^\/(healthz|livez|readyz)(\/.*)?$/;

const unauthorized = () => new StatusError(401, "Unauthorized", { message: "Unauthorized" });
const noSuchPath = () =>
  new StatusError(404, "NotFound", {
    message: "the server could not find the requested resource",
    details: {},
  });

/** Paths anybody may read. */
function servePublic({ path, response }: Exchange): boolean {
  if (HEALTH.test(path)) response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("ok");
  else if (path === "/version" || path === "/version/") sendJson(response, 200, VERSION);
  else return false;
  return true;
}

/** Documents the server tells of itself. */
function serveDocument({ path, method, response, request }: Exchange): boolean {
  if (method !== "GET") return false;
  const document = findDiscovery(path, String(request.headers.host ?? "")) ?? findOpenApi(path);
  if (document) sendJson(response, 200, document);
  return document !== undefined;
}

async function serveObjects(exchange: Exchange, deps: ApiServerDeps): Promise<void> {
  const { registry, tokens, kubelets, bookmarkIntervalMs } = deps;
  const target = findTarget(exchange.path);
  if (!target) throw noSuchPath();
  const server = findSubresourceServer(target);
  if (server) return server(exchange, target, { registry, tokens, kubelets });
  if (exchange.method !== "GET") return serveWrite(exchange, target, registry);
  const watch = {
    store: registry.store,
    now: registry.now,
    bookmarkIntervalMs,
  };
  serveRead(exchange, target, { registry, watch });
}

async function serveAuthenticated(exchange: Exchange, deps: ApiServerDeps): Promise<void> {
  if (serveDocument(exchange)) return;
  if (await serveReview(exchange, deps.tokens)) return;
  if (await serveMetrics(exchange, { store: deps.registry.store, source: deps.metrics })) return;
  await serveObjects(exchange, deps);
}

function exchangeOf(request: IncomingMessage, response: ServerResponse, tokens: Tokens): Exchange {
  const url = new URL(request.url ?? "/", "https://kubernetes");
  const user = tokens.findUser(request.headers.authorization) ?? ANONYMOUS;
  const isTable = String(request.headers.accept ?? "").includes("as=Table");
  return {
    request,
    response,
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    user,
    isTable,
  };
}

function sendError(response: ServerResponse, error: unknown, deps: ApiServerDeps): void {
  if (response.headersSent) return void response.destroy();
  const isKnown = error instanceof StatusError || error instanceof URIError;
  if (!isKnown) deps.onError(error);
  const known = error instanceof URIError ? badRequest(error.message) : error;
  const text = `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`;
  const status =
    known instanceof StatusError ? known : new StatusError(500, "InternalError", { message: text });
  if (status.code === 429 || status.code === 503) response.setHeader("retry-after", "1");
  sendJson(response, status.code, status.toStatus());
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  deps: ApiServerDeps,
): Promise<void> {
  const exchange = exchangeOf(request, response, deps.tokens);
  try {
    if (servePublic(exchange)) return;
    if (exchange.user === ANONYMOUS) throw unauthorized();
    await serveAuthenticated(exchange, deps);
  } catch (error) {
    sendError(response, error, deps);
  }
}

/** Listens for the Kubernetes protocol over TLS; rejects when the port is taken. */
export function listen(
  deps: ApiServerDeps,
  at: { host: string; port: number; serving: Pair },
): Promise<{ server: Server; port: number }> {
  const server = createServer(
    { cert: at.serving.certPem, key: at.serving.keyPem, keepAliveTimeout: 65_000 },
    (request, response) => {
      void handle(request, response, deps);
    },
  );
  server.requestTimeout = 0;
  server.on("secureConnection", (socket: Socket) => {
    socket.setNoDelay(true);
    deps.onConnection(socket);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(at.port, at.host, () => resolve({ server, port: (server.address() as AddressInfo).port }));
  });
}

import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type HttpServer, startListening } from "../http-server.ts";
import { parseLogQuery, readContainerLog } from "./container-logs.ts";
import { type KubeletContext, logFileOf } from "./kubelet-context.ts";
import type { PodWorker } from "./pod-worker.ts";
import { formatResourceMetrics } from "./resource-metrics.ts";
import type { ServingCertificate } from "./serving-certificate.ts";

export interface KubeletServerOptions {
  context: KubeletContext;
  port: number;
  certificate: ServingCertificate;
  /** Who may ask: clients with a certificate of this authority, or with this bearer token; neither given: anybody. */
  clientCaPem?: string;
  token?: string;
  listWorkers(): PodWorker[];
}

const plain = { "content-type": "text/plain; charset=utf-8" };

const isAllowed = (request: IncomingMessage, { clientCaPem, token }: KubeletServerOptions): boolean => {
  if (!clientCaPem && !token) return true;
  if ((request.socket as unknown as { authorized?: boolean }).authorized) return true;
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token ?? ""}`);
  return token !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
};

const sendLogs = async (options: KubeletServerOptions, url: URL, response: ServerResponse): Promise<void> => {
  const [, , namespace, podName, name = ""] = url.pathname.split("/").map(decodeURIComponent);
  const worker = options
    .listWorkers()
    .find(({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === podName);
  const container =
    worker && [...worker.initContainers, ...worker.containers].find((one) => one.name === name);
  if (!worker || !container) {
    response.writeHead(404, plain).end(`container ${name} not found in pod ${podName}_${namespace}\n`);
    return;
  }
  const isPrevious = url.searchParams.get("previous") === "true";
  const attempt = container.attempt - (isPrevious ? 1 : 0);
  if (attempt < 0) {
    response
      .writeHead(400, plain)
      .end(`previous terminated container "${name}" in pod "${podName}" not found\n`);
    return;
  }
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const file = logFileOf(options.context, worker.pod, { container: name, attempt });
  const isGrowing = (): boolean =>
    !isPrevious && container.attempt === attempt && container.process !== undefined;
  response.writeHead(200, plain).flushHeaders();
  const text = readContainerLog({ file, isGrowing, signal: gone.signal }, parseLogQuery(url.searchParams));
  await pipeline(Readable.from(text), response);
};

const answer = async (options: KubeletServerOptions, request: IncomingMessage, response: ServerResponse) => {
  const url = new URL(request.url ?? "/", "https://kubelet");
  if (url.pathname === "/healthz") return void response.writeHead(200, plain).end("ok");
  if (!isAllowed(request, options)) return void response.writeHead(401, plain).end("Unauthorized");
  if (url.pathname.startsWith("/containerLogs/")) return sendLogs(options, url, response);
  if (url.pathname === "/metrics/resource") {
    const text = formatResourceMetrics(options.listWorkers(), options.context.processes);
    return void response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text);
  }
  if (url.pathname === "/pods") {
    const items = options.listWorkers().map(({ pod }) => pod);
    const list = JSON.stringify({ apiVersion: "v1", kind: "PodList", metadata: {}, items });
    return void response.writeHead(200, { "content-type": "application/json" }).end(list);
  }
  response.writeHead(404, plain).end("404 page not found\n");
};

/** Serves the kubelet's own HTTPS endpoints at the node's address; port 0 means any free one. */
export async function listenKubelet(options: KubeletServerOptions): Promise<HttpServer> {
  const { certificate, clientCaPem, context } = options;
  const clientCa = clientCaPem ? { ca: clientCaPem, requestCert: true, rejectUnauthorized: false } : {};
  const server: Server = createServer({ cert: certificate.certPem, key: certificate.keyPem, ...clientCa });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    answer(options, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, plain);
      response.end();
      context.log.debug("A request to the kubelet ended early", { url: request.url, error: String(error) });
    });
  });
  return startListening(server, { port: options.port, host: context.hostIP });
}

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "./client/log.ts";

export interface HttpRequest {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What a handler answers: an object body is sent as JSON, a string as it is, nothing as an empty body. */
export interface HttpReply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export type Parameters = Record<string, string | undefined>;
export type Route<Handler> = readonly [method: string, path: string, handler: Handler];

/** Finds the handler of a method and path (`/users/:id`) with the path's parameters. */
export function makeRouter<Handler>(routes: readonly Route<Handler>[]) {
  const table = routes.map(([method, pathname, handler]) => ({
    method,
    handler,
    pattern: new URLPattern({ pathname }),
  }));
  return (method: string, pathname: string): { handler: Handler; parameters: Parameters } | undefined => {
    for (const route of table) {
      if (route.method !== method) continue;
      const match = route.pattern.exec({ pathname });
      if (match) return { handler: route.handler, parameters: match.pathname.groups };
    }
    return undefined;
  };
}

const maxBodyBytes = 1024 * 1024;

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of message) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) throw new Error("The request is larger than 1 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, reply: HttpReply): void {
  const isJson = typeof reply.body === "object";
  response.writeHead(reply.status ?? 200, {
    ...(isJson ? { "Content-Type": "application/json" } : {}),
    ...reply.headers,
  });
  response.end(isJson ? JSON.stringify(reply.body) : (reply.body as string | undefined));
}

export interface HttpServer {
  port: number;
  dispose(): Promise<void>;
}

/** Serves HTTP on a port (0: any free one); a handler that throws is logged and answered with 500. */
export async function listenHttp(options: {
  port: number;
  host: string;
  log: Log;
  answer: (request: HttpRequest) => Promise<HttpReply> | HttpReply;
}): Promise<HttpServer> {
  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    try {
      const url = new URL(message.url ?? "/", "http://localhost");
      const body = await readBody(message);
      const request = { method: message.method ?? "GET", url, headers: message.headers, body };
      send(response, await options.answer(request));
    } catch (error) {
      options.log.error(`${message.method} ${message.url}: ${error instanceof Error ? error.stack : error}`);
      if (!response.headersSent) send(response, { status: 500, body: { message: "Internal error" } });
    }
  };
  const server = createServer((message, response) => void serve(message, response));
  return startListening(server, options);
}

/** Listens on a port (0: any free one); `dispose` ends open connections too. */
export async function startListening(
  server: Server,
  at: { port: number; host: string },
): Promise<HttpServer> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(at.port, at.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    dispose: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

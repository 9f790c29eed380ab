import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type NextFunction, type Request, type Response, type Router } from "express";
import type { Log } from "../core/log.ts";
import { makeHttpTransport, type TransportDeps } from "../graphql/http-transport.ts";
import { makeSocketTransport, type SocketTransportOptions } from "../graphql/socket-transport.ts";
import { makeHealth, type ReadinessChecks } from "./health.ts";
import { makeRequestLog } from "./request-log.ts";
import { makeSecurityHeaders } from "./security-headers.ts";
import { makeSpa, type SpaConfig } from "./spa.ts";

export interface HttpServerOptions {
  host: string;
  port: number;
  publicUrl: string;
  readiness: ReadinessChecks;
  log: Log;
  metrics: TransportDeps["metrics"];
  /** Absent on a replica that only reconciles: it answers probes and metrics. */
  api?: Omit<TransportDeps, "log" | "metrics"> &
    Pick<SocketTransportOptions, "sessionCheckMs" | "maxSubscriptionsPerSocket"> & {
      webRoot: string;
      spaConfig: SpaConfig;
    };
}

export interface RunningServer {
  port: number;
  /** Takes no more connections, closes sockets with 1001 and waits for answers under way. */
  dispose(): Promise<void>;
}

/** Probes and metrics; on an API replica also GraphQL on both transports, and the SPA. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningServer> {
  const { log, metrics, api } = options;
  const app = express();
  app.disable("x-powered-by");
  app.use(makeRequestLog(log, metrics));
  app.use(makeHealth(options.readiness, metrics));
  const httpServer = createServer(app);
  const disposers: (() => Promise<void>)[] = [];
  if (api) {
    const { webRoot, spaConfig, ...transport } = api;
    app.use(makeSecurityHeaders({ publicUrl: options.publicUrl, supabaseUrl: spaConfig.supabaseUrl }));
    const deps = { ...transport, log, metrics };
    const http = await makeHttpTransport(deps);
    const sockets = makeSocketTransport({ ...deps, httpServer });
    disposers.push(sockets.dispose, http.dispose);
    app.use(http.router as Router);
    app.use(makeSpa({ webRoot, config: spaConfig }));
  }
  app.use(makeErrorHandler(log));
  await listen(httpServer, options);
  return {
    port: (httpServer.address() as AddressInfo).port,
    async dispose() {
      const isClosed = new Promise((resolve) => httpServer.close(resolve));
      for (const dispose of disposers) await dispose();
      httpServer.closeIdleConnections();
      await isClosed;
    },
  };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(isTaken ? new Error(`port ${port} on ${host} is taken; choose another with PORT`) : error);
    });
    server.listen(port, host, resolve);
  });
}

// Express knows an error handler by its four parameters.
function makeErrorHandler(log: Log) {
  // biome-ignore lint/complexity/useMaxParams: see above
  return (
    error: Error & { status?: number },
    _request: Request,
    response: Response,
    _next: NextFunction,
  ): void => {
    const status = error.status ?? 500;
    if (status >= 500) log.error({ err: error }, "a request failed unexpectedly");
    const message = status >= 500 ? "Something went wrong on our side." : error.message;
    const code = status >= 500 ? "INTERNAL" : "BAD_USER_INPUT";
    response.status(status).json({ errors: [{ message, extensions: { code } }] });
  };
}

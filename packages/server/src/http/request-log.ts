import { randomUUID } from "node:crypto";
import type { NextFunction, Request, Response } from "express";
import type { Log } from "../core/log.ts";
import type { Metrics } from "./metrics.ts";

const idPattern = /^[\w-]{8,64}$/;

/** The id that log lines and the answer's `x-request-id` share. */
export const requestIdOf = (response: Response): string => String(response.locals.requestId);

/** Gives each request an id (the caller's, when it is a sane one), one log line and a measurement. */
export function makeRequestLog(log: Log, metrics: Metrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const sent = request.get("x-request-id");
    const requestId = sent !== undefined && idPattern.test(sent) ? sent : randomUUID();
    response.locals.requestId = requestId;
    response.setHeader("x-request-id", requestId);
    const startedAtMs = performance.now();
    response.once("finish", () => {
      const durationMs = Math.round(performance.now() - startedAtMs);
      const { method, path } = request;
      const status = response.statusCode;
      metrics.httpDuration.observe({ method, route: routeOf(path), status }, durationMs / 1000);
      const level = isProbe(path) ? "trace" : status >= 500 ? "error" : "debug";
      log[level]({ requestId, method, path, status, durationMs }, "request");
    });
    next();
  };
}

const namedRoutes = new Set(["/graphql", "/healthz", "/readyz", "/metrics", "/config.json"]);

// A bounded set: a label for every path would be a series for every path.
const routeOf = (path: string): string => (namedRoutes.has(path) ? path : "static");
const isProbe = (path: string): boolean => path === "/healthz" || path === "/readyz" || path === "/metrics";

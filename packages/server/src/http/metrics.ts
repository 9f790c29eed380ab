import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What this process measures of itself, for Prometheus. */
export interface Metrics {
  registry: Registry;
  httpDuration: Histogram<"method" | "route" | "status">;
  graphqlDuration: Histogram<"operation" | "outcome">;
  sockets: Gauge;
  subscriptions: Gauge;
  errors: Counter;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own, so that several servers fit into one process. */
export function makeMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    httpDuration: new Histogram({
      name: "http_request_duration_seconds",
      help: "Time to answer an HTTP request",
      labelNames: ["method", "route", "status"],
      buckets: seconds,
      registers,
    }),
    graphqlDuration: new Histogram({
      name: "graphql_request_duration_seconds",
      help: "Time to answer a GraphQL operation over HTTP",
      labelNames: ["operation", "outcome"],
      buckets: seconds,
      registers,
    }),
    sockets: new Gauge({ name: "graphql_sockets", help: "Open WebSocket connections", registers }),
    subscriptions: new Gauge({ name: "graphql_subscriptions", help: "Subscriptions under way", registers }),
    errors: new Counter({ name: "graphql_errors_total", help: "Errors in GraphQL answers", registers }),
  };
}

import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLFormattedError,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import type { Context } from "graphql-ws";
import { type Extra, useServer } from "graphql-ws/use/ws";
import { type WebSocket, WebSocketServer } from "ws";
import type { Viewer } from "../core/authentication.ts";
import { AppError } from "../core/errors.ts";
import { findBearerToken, type TransportDeps } from "./http-transport.ts";
import { limitsRule, maxTokens } from "./limits.ts";
import { toPublicError } from "./public-errors.ts";
import { makeRequestContext } from "./request-context.ts";
import { makeSocketRegistry, type SocketRegistry } from "./socket-registry.ts";

type ConnectionParams = Record<string, unknown> | undefined;
type SocketContext = Context<ConnectionParams, Extra & { viewer?: Viewer }>;

export interface SocketTransportOptions extends TransportDeps {
  httpServer: Server;
  maxSubscriptionsPerSocket?: number;
  /** How often the sessions of open sockets are looked at. */
  sessionCheckMs?: number;
  keepAliveMs?: number;
}

/** GraphQL over WebSocket (graphql-transport-ws) at `/graphql`, for signed-in viewers. */
export function makeSocketTransport(options: SocketTransportOptions): { dispose(): Promise<void> } {
  const { httpServer, metrics, log, keepAliveMs = 12_000 } = options;
  const sockets = new WebSocketServer({
    server: httpServer,
    path: "/graphql",
    maxPayload: 100_000,
    perMessageDeflate: false, // halves throughput and costs 285 KiB a connection
  });
  const registry = makeSocketRegistry(options);
  const toPublic = (errors: readonly GraphQLError[]): GraphQLFormattedError[] => {
    metrics.errors.inc(errors.length);
    return errors.map((error) => toPublicError(error, log));
  };
  const server = useServer<ConnectionParams, { viewer?: Viewer }>(
    {
      connectionInitWaitTimeout: 5_000,
      onConnect: (context) => connect(context, options, registry),
      onClose: ({ extra }) => registry.remove(extra.socket),
      onSubscribe: (context, _id, payload) => prepare(context, payload, options),
      onOperation: () => metrics.subscriptions.inc(),
      onComplete: () => metrics.subscriptions.dec(),
      onError: (...[, , , errors]) => toPublic(errors),
      onNext: (...[, , , , result]) =>
        result.errors && { data: result.data ?? null, errors: toPublic(result.errors) },
    },
    sockets,
    keepAliveMs,
  );
  return {
    async dispose() {
      registry.dispose();
      for (const socket of sockets.clients) socket.close(1001, "The server is going away");
      await server.dispose();
    },
  };
}

const closeCodes: Partial<Record<string, number>> = { UNAVAILABLE: 1013 };

async function connect(context: SocketContext, options: SocketTransportOptions, registry: SocketRegistry) {
  const { extra, connectionParams } = context;
  try {
    const viewer = await options.sessions.authenticate(findToken(connectionParams) ?? "");
    // From here on its end is heard; an end between the check above and now must be seen as well.
    registry.add(extra.socket, viewer);
    if (await options.sessions.isRevoked(viewer.sessionId)) return false;
    extra.viewer = viewer;
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    closeOnce(extra.socket, closeCodes[error.code] ?? 4403, error.message);
    return false;
  }
}

function closeOnce(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState === socket.OPEN) socket.close(code, reason);
}

function findToken(connectionParams: ConnectionParams): string | undefined {
  const { authorization, Authorization, accessToken } = connectionParams ?? {};
  const header = authorization ?? Authorization;
  if (typeof header === "string") return findBearerToken(header);
  return typeof accessToken === "string" ? accessToken : undefined;
}

interface SubscribeRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** Parses and validates under the same limits as over HTTP; the seam for executions that sockets share. */
function prepare(
  context: SocketContext,
  request: SubscribeRequest,
  options: SocketTransportOptions,
): ExecutionArgs | GraphQLError[] {
  const { schema, database, changes, maxSubscriptionsPerSocket = 50 } = options;
  if (Object.keys(context.subscriptions).length > maxSubscriptionsPerSocket) {
    return [new GraphQLError(`A socket may have ${maxSubscriptionsPerSocket} operations at once.`)];
  }
  try {
    const document = parse(request.query, { maxTokens });
    const errors = validate(schema, document, [...specifiedRules, limitsRule]);
    if (errors.length > 0) return [...errors];
    const contextValue = makeRequestContext(
      { database, changes },
      { requestId: randomUUID(), viewer: context.extra.viewer },
    );
    const { operationName, variables } = request;
    return { schema, document, operationName, variableValues: variables, contextValue } as ExecutionArgs;
  } catch (error) {
    return [error instanceof GraphQLError ? error : new GraphQLError("The document cannot be read.")];
  }
}

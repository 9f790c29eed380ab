import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { expressMiddleware } from "@as-integrations/express5";
import { json, Router } from "express";
import { GraphQLError, type GraphQLSchema } from "graphql";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { ChangeBus, Database } from "../core/ports.ts";
import type { SessionService } from "../features/session/session.service.ts";
import type { Metrics } from "../http/metrics.ts";
import { requestIdOf } from "../http/request-log.ts";
import { limitsRule, maxTokens } from "./limits.ts";
import { toPublicError } from "./public-errors.ts";
import { makeRequestContext, type RequestContext } from "./request-context.ts";

/** What both transports need. */
export interface TransportDeps {
  schema: GraphQLSchema;
  sessions: SessionService;
  database: Database;
  changes: ChangeBus;
  log: Log;
  metrics: Metrics;
}

/** GraphQL over HTTP at `/graphql`. */
export async function makeHttpTransport(
  deps: TransportDeps,
): Promise<{ router: Router; dispose(): Promise<void> }> {
  const { schema, sessions, database, changes, log, metrics } = deps;
  const apollo = new ApolloServer<RequestContext>({
    schema,
    introspection: true,
    validationRules: [limitsRule],
    parseOptions: { maxTokens },
    includeStacktraceInErrorResponses: false,
    formatError: (_formatted, error) => {
      metrics.errors.inc();
      return toPublicError(error, log);
    },
    plugins: [measure(metrics), ApolloServerPluginLandingPageDisabled()],
    stopOnTerminationSignals: false,
    logger: log,
  });
  await apollo.start();
  const router = Router();
  router.use(
    "/graphql",
    json({ limit: "100kb" }),
    expressMiddleware(apollo, {
      context: async ({ req, res }) => {
        const token = findBearerToken(req.get("authorization"));
        const viewer =
          token === undefined ? undefined : await sessions.authenticate(token).catch(toHttpError);
        return makeRequestContext({ database, changes }, { requestId: requestIdOf(res), viewer });
      },
    }),
  );
  return { router, dispose: () => apollo.stop() };
}

/** The token of an `Authorization: Bearer …` value. */
export function findBearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (/^Bearer +(\S+)$/i.exec(header)?.[1] ?? "");
}

const statusOf: Partial<Record<string, number>> = { UNAUTHENTICATED: 401, UNAVAILABLE: 503 };

function toHttpError(error: unknown): never {
  if (!(error instanceof AppError)) throw error;
  throw new GraphQLError(error.message, {
    originalError: error,
    extensions: { code: error.code, http: { status: statusOf[error.code] ?? 500 } },
  });
}

function measure(metrics: Metrics): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      const startedAtMs = performance.now();
      return {
        async willSendResponse({ operation, errors }) {
          const labels = {
            operation: operation?.operation ?? "none",
            outcome: errors?.length ? "error" : "ok",
          };
          metrics.graphqlDuration.observe(labels, (performance.now() - startedAtMs) / 1000);
        },
      };
    },
  };
}

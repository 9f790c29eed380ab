import { ApolloClient, ApolloLink, HttpLink } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import type { Platform } from "../session/session-context.ts";
import { makeCache } from "./cache.ts";
import { type LiveConnection, makeLiveConnection } from "./live-connection.ts";
import { makeRefreshLink } from "./refresh-link.ts";
import { makeTokenSource } from "./token-source.ts";

/** The GraphQL API as one session sees it; `dispose` closes its socket and forgets its cache. */
export interface Api {
  client: ApolloClient;
  connection: LiveConnection;
  dispose(): void;
}

/** Queries and mutations over HTTP, subscriptions over one WebSocket, both with the current access token. */
export function makeApi({ auth, session }: Platform): Api {
  const tokens = makeTokenSource(auth);
  const onSessionEnded = () => {
    session.forgetEndedSession().catch((error: unknown) => console.error("The ended session stays:", error));
  };
  const connection = makeLiveConnection({
    url: `${location.origin.replace(/^http/, "ws")}/graphql`,
    // A throw here would end the subscriptions for good.
    getToken: (isRefused) => (isRefused ? tokens.refresh().catch(tokens.get) : tokens.get()),
    onSessionEnded,
  });
  const http = ApolloLink.from([
    makeRefreshLink({ refresh: tokens.refresh, onSessionEnded }),
    new SetContextLink(async (context) => {
      const token = await tokens.get();
      return token === undefined ? {} : { headers: { ...context.headers, authorization: `Bearer ${token}` } };
    }),
    new HttpLink({ uri: "/graphql" }),
  ]);
  const client = new ApolloClient({
    cache: makeCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(connection.client),
      http,
    ),
  });
  return {
    client,
    connection,
    dispose: () => {
      client.stop();
      // It rejects with the close event of a socket that the server has closed already.
      Promise.resolve(connection.client.dispose()).catch(() => undefined);
      client.clearStore().catch((error: unknown) => console.error("The cache stays:", error));
    },
  };
}

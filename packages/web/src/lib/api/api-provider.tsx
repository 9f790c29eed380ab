import { ApolloProvider } from "@apollo/client/react";
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from "react";
import { usePlatform } from "../session/session-context.ts";
import type { LiveStatus } from "./live-connection.ts";
import { type Api, makeApi } from "./make-api.ts";

const ApiContext = createContext<Api | undefined>(undefined);

/** Gives its children an API of their own; key it by the user, so that nobody sees another's cache. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const platform = usePlatform();
  const [api, setApi] = useState<Api>();
  useEffect(() => {
    const made = makeApi(platform);
    setApi(made);
    return () => made.dispose();
  }, [platform]);
  if (api === undefined) return null;
  return (
    <ApiContext value={api}>
      <ApolloProvider client={api.client}>{children}</ApolloProvider>
    </ApiContext>
  );
}

/** How the live connection is doing. */
export function useLiveStatus(): LiveStatus {
  const api = use(ApiContext);
  if (api === undefined) throw new Error("useLiveStatus needs an ApiProvider.");
  return useSyncExternalStore(api.connection.subscribe, api.connection.getStatus);
}

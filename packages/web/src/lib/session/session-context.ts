import { createContext, use, useSyncExternalStore } from "react";
import type { AppConfig } from "../../config/app-config.ts";
import type { AuthClient } from "./auth-client.ts";
import type { SessionState, SessionStore } from "./session-store.ts";

/** What lives as long as the page: made once in `boot`, independent of who is signed in. */
export interface Platform {
  config: AppConfig;
  auth: AuthClient;
  session: SessionStore;
}

export const PlatformContext = createContext<Platform | undefined>(undefined);

/** The page's configuration, Supabase client and session. */
export function usePlatform(): Platform {
  const platform = use(PlatformContext);
  if (platform === undefined) throw new Error("usePlatform needs a PlatformContext.");
  return platform;
}

/** Who is signed in; re-renders when that changes, in any tab. */
export function useSession(): SessionState {
  const { session } = usePlatform();
  return useSyncExternalStore(session.subscribe, session.getState);
}

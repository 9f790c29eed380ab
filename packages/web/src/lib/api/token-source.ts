import { isAuthRetryableFetchError } from "@supabase/supabase-js";
import type { AuthClient } from "../session/auth-client.ts";

export interface TokenSource {
  /** The current access token, refreshed when it is about to expire; undefined when signed out. */
  get(): Promise<string | undefined>;
  /** A new access token; undefined when the session is over; throws when Supabase cannot be reached. */
  refresh(): Promise<string | undefined>;
}

/** Access tokens from supabase-js, which keeps and renews them. */
export function makeTokenSource(auth: AuthClient): TokenSource {
  return {
    get: async () => (await auth.getSession()).data.session?.access_token,
    refresh: async () => {
      const { data, error } = await auth.refreshSession();
      if (isAuthRetryableFetchError(error)) throw error;
      return data.session?.access_token;
    },
  };
}

import type { AuthServer } from "../../core/authentication.ts";

/** Supabase's auth API, as far as the end of sessions goes. */
export function makeAuthServer(options: {
  supabaseUrl: string;
  anonKey: string;
  timeoutMs?: number;
}): AuthServer {
  const { supabaseUrl, anonKey, timeoutMs = 5_000 } = options;
  const call = (path: string, method: string, accessToken: string): Promise<Response> =>
    fetch(`${supabaseUrl}/auth/v1${path}`, {
      method,
      headers: { apikey: anonKey, authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
  return {
    async signOut(accessToken) {
      const response = await call("/logout?scope=local", "POST", accessToken);
      await response.body?.cancel();
      if (!response.ok && !isRefusal(response))
        throw new Error(`the auth server answered ${response.status}`);
    },
    async findSessionState(accessToken) {
      try {
        const response = await call("/user", "GET", accessToken);
        await response.body?.cancel();
        if (response.ok) return "alive";
        return isRefusal(response) ? "ended" : "unknown";
      } catch {
        return "unknown"; // an auth server that is down signs nobody out
      }
    },
  };
}

// 401 and 403: session_not_found, user_not_found, bad_jwt. The token itself was verified before.
const isRefusal = (response: Response): boolean => response.status === 401 || response.status === 403;

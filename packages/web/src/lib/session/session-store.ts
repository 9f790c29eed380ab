import type { Session } from "@supabase/supabase-js";
import type { AuthClient } from "./auth-client.ts";

export type SessionState =
  | { status: "loading" }
  | { status: "signed-in"; userId: string; email: string }
  | { status: "signed-out"; cause: "none" | "asked" | "ended" };

/** Who is signed in on this browser, shared by all its tabs. */
export interface SessionStore {
  getState(): SessionState;
  subscribe(listener: () => void): () => void;
  /** Ends the session at Supabase and in every tab; throws when Supabase cannot be reached. */
  signOut(): Promise<void>;
  /** Forgets a session that the server no longer accepts. */
  forgetEndedSession(): Promise<void>;
}

/** Follows Supabase's auth events; `TOKEN_REFRESHED` of the same user changes nothing here. */
export function makeSessionStore(auth: AuthClient): SessionStore {
  let state: SessionState = { status: "loading" };
  let nextCause: "none" | "asked" | "ended" = "none";
  const listeners = new Set<() => void>();

  auth.onAuthStateChange((_event, session) => {
    const next = describeSession(session, nextCause);
    if (isSame(state, next)) return;
    state = next;
    nextCause = "none";
    for (const listener of listeners) listener();
  });

  const end = async (cause: "asked" | "ended") => {
    // While somebody signs out, the server refuses the session: no news.
    if (nextCause === "asked" && cause === "ended") return;
    nextCause = cause;
    const { error } = await auth.signOut({ scope: "local" });
    if (!error) return;
    nextCause = "none";
    throw error;
  };

  return {
    getState: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signOut: () => end("asked"),
    forgetEndedSession: () => end("ended"),
  };
}

function describeSession(session: Session | null, cause: "none" | "asked" | "ended"): SessionState {
  if (session === null) return { status: "signed-out", cause };
  return { status: "signed-in", userId: session.user.id, email: session.user.email ?? "" };
}

function isSame(before: SessionState, after: SessionState): boolean {
  if (before.status === "signed-in" && after.status === "signed-in") {
    return before.userId === after.userId && before.email === after.email;
  }
  return before.status === "signed-out" && after.status === "signed-out";
}

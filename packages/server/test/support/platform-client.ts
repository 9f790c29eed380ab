import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { type Client, createClient as createSocketClient } from "graphql-ws";
import WebSocket from "ws";

/** Where a platform answers and who signs in; a part of the sandbox's `access.json`. */
export interface PlatformAccess {
  graphql: string;
  subscriptions: string;
  supabaseUrl: string;
  supabaseAnonKey: string;
}

export interface Login {
  email: string;
  password: string;
}

interface GraphqlAnswer<T> {
  data?: T;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** A third-party API client: plain fetch and graphql-transport-ws, nothing of the SPA. */
export interface PlatformClient {
  supabase: SupabaseClient;
  accessToken: string;
  send<T>(query: string, variables?: Record<string, unknown>): Promise<GraphqlAnswer<T>>;
  /** Throws on errors. */
  request<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
  /** Reads a subscription until `accept` is true for a message, and returns that message. */
  waitFor<T>(
    subscription: { query: string; variables?: Record<string, unknown> },
    accept: (data: T) => boolean,
    timeoutMs?: number,
  ): Promise<T>;
  dispose(): Promise<void>;
}

async function signIn(access: PlatformAccess, login: Login) {
  const supabase = createClient(access.supabaseUrl, access.supabaseAnonKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data, error } = await supabase.auth.signInWithPassword(login);
  if (error !== null) throw error;
  return { supabase, accessToken: data.session.access_token };
}

export async function makePlatformClient(access: PlatformAccess, login: Login): Promise<PlatformClient> {
  const { supabase, accessToken } = await signIn(access, login);
  const authorization = `Bearer ${accessToken}`;
  let socket: Client | undefined;
  const getSocket = () => {
    socket ??= createSocketClient({
      url: access.subscriptions,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      lazyCloseTimeout: 30_000, // a subscription made while the socket closes would end at once
      retryAttempts: 1_000,
      shouldRetry: () => true,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
    });
    return socket;
  };
  const send = async <T>(query: string, variables: Record<string, unknown> = {}) => {
    const response = await fetch(access.graphql, {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphqlAnswer<T>;
  };
  return {
    supabase,
    accessToken,
    send,
    async request<T>(query: string, variables?: Record<string, unknown>) {
      const answer = await send<T>(query, variables);
      if (answer.errors !== undefined || answer.data === undefined)
        throw new Error(JSON.stringify(answer.errors));
      return answer.data;
    },
    waitFor: (subscription, accept, timeoutMs = 30_000) =>
      firstAccepted(getSocket(), { ...subscription, accept, timeoutMs }),
    async dispose() {
      await socket?.dispose();
    },
  };
}

interface Expectation<T> {
  query: string;
  variables?: Record<string, unknown>;
  accept(data: T): boolean;
  timeoutMs: number;
}

function firstAccepted<T>(socket: Client, wanted: Expectation<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let last: unknown = "no message";
    const { query, variables } = wanted;
    const stop = socket.subscribe<T>(variables === undefined ? { query } : { query, variables }, {
      next(message) {
        last = message;
        if (message.data === null || message.data === undefined)
          return finish(() => reject(asError(message)));
        const data = message.data;
        if (wanted.accept(data)) finish(() => resolve(data));
      },
      error: (error) => finish(() => reject(asError(error))),
      complete: () => finish(() => reject(asError(`completed early; last: ${JSON.stringify(last)}`))),
    });
    const timer = setTimeout(() => {
      finish(() => reject(asError(`not within ${wanted.timeoutMs} ms; last: ${JSON.stringify(last)}`)));
    }, wanted.timeoutMs);
    function finish(settle: () => void) {
      clearTimeout(timer);
      settle();
      stop();
    }
  });
}

const asError = (reason: unknown) =>
  reason instanceof Error ? reason : new Error(typeof reason === "string" ? reason : JSON.stringify(reason));

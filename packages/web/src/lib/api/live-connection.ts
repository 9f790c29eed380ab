import { type Client, createClient } from "graphql-ws";

/** `idle` while nothing is watched; `reconnecting` from the first loss until the server acknowledges again. */
export type LiveStatus = "idle" | "connecting" | "live" | "reconnecting";

export interface LiveConnection {
  client: Client;
  getStatus(): LiveStatus;
  subscribe(listener: () => void): () => void;
}

export interface LiveConnectionOptions {
  url: string;
  /** The token for the next connection; `isRefused` after the server closed with 4403 (expired or revoked). */
  getToken(isRefused: boolean): Promise<string | undefined>;
  /** Called when a fresh token was refused as well. */
  onSessionEnded(): void;
}

const forbidden = 4403;
const maxWaitMs = 10_000;
const pongTimeoutMs = 5_000;

/** One socket for all subscriptions: reconnects for good, with a fresh token after the server refused one. */
export function makeLiveConnection({ url, getToken, onSessionEnded }: LiveConnectionOptions): LiveConnection {
  let status: LiveStatus = "idle";
  let refusals = 0;
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();
  const set = (next: LiveStatus) => {
    status = next;
    for (const listener of listeners) listener();
  };

  const client = createClient({
    url,
    connectionParams: async () => {
      const token = await getToken(refusals > 0);
      return token === undefined ? {} : { authorization: `Bearer ${token}` };
    },
    lazyCloseTimeout: 3_000, // milliseconds: moving between pages keeps the socket
    keepAlive: 12_000, // milliseconds
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: waitForRetry,
    shouldRetry: () => refusals < 2,
    on: {
      connecting: (isRetry) => set(isRetry || status === "reconnecting" ? "reconnecting" : "connecting"),
      connected: () => {
        refusals = 0;
        set("live");
      },
      ping: (isReceived) => {
        if (!isReceived) pongTimer = setTimeout(() => client.terminate(), pongTimeoutMs);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(pongTimer);
      },
      closed: (event) => {
        clearTimeout(pongTimer);
        const code = readCloseCode(event);
        if (code === forbidden) refusals += 1;
        set(code === 1000 ? "idle" : "reconnecting");
        if (refusals >= 2) onSessionEnded();
      },
    },
  });

  return {
    client,
    getStatus: () => status,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function readCloseCode(event: unknown): number | undefined {
  if (typeof event !== "object" || event === null || !("code" in event)) return undefined;
  return typeof event.code === "number" ? event.code : undefined;
}

/** Exponential with jitter; a browser that comes back online tries at once. */
function waitForRetry(retries: number): Promise<void> {
  const waitMs = Math.min(maxWaitMs, 250 * 2 ** retries) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      removeEventListener("online", finish);
      resolve();
    };
    const timer = setTimeout(finish, waitMs);
    addEventListener("online", finish);
  });
}

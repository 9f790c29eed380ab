import pg from "pg";
import type { Log } from "../core/log.ts";
import { buildClientConfig } from "./pool.ts";

/** A session of its own that hears one channel's notifications. */
export interface ListenOptions {
  url: string;
  applicationName: string;
  channel: string;
  log: Log;
  onNotification(payload: string): void;
  /** It hears from now on; what was missed before must be looked for. Throws: the session is made again. */
  onConnected(client: pg.Client): Promise<void> | void;
  onLost?(): void;
}

export interface ListenSession {
  isConnected(): boolean;
  dispose(): Promise<void>;
}

const reconnectDelayMs = 500;

/** Connects in the background, and again whenever the session ends. */
export function listenTo(options: ListenOptions): ListenSession {
  const { url, applicationName, channel, log } = options;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isConnected = false;
  let isDisposed = false;

  const connect = async () => {
    const next = new pg.Client(buildClientConfig(url, { applicationName }));
    client = next;
    next.on("error", (error) => log.warn({ channel, error: error.message }, "a listening session broke"));
    next.on("notification", ({ payload }) => options.onNotification(payload ?? ""));
    next.once("end", () => retry(next));
    await next.connect();
    await next.query(`listen ${channel}`);
    isConnected = true;
    await options.onConnected(next);
  };
  const retry = (ended: pg.Client) => {
    if (isDisposed || client !== ended) return;
    client = undefined;
    isConnected = false;
    options.onLost?.();
    ended.end().catch(() => undefined); // it may never have been connected
    timer = setTimeout(start, reconnectDelayMs);
  };
  const start = () => {
    connect().catch((error: Error) => {
      if (isDisposed) return;
      log.warn({ channel, error: error.message }, "notifications cannot be heard; trying again");
      if (client) retry(client);
    });
  };
  start();
  return {
    isConnected: () => isConnected,
    async dispose() {
      isDisposed = true;
      isConnected = false;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}

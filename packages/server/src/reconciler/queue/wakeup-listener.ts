import pg from "pg";
import type { Log } from "../../core/log.ts";
import { buildClientConfig } from "../../database/pool.ts";
import { ownerOfThisSession } from "./claims.ts";
import { wakeupChannel } from "./requests.ts";

/** A session of its own that hears wake-ups, and whose life tells other workers that this one lives. */
export interface WakeupListener {
  /** Absent while there is no session; then nothing may be claimed. */
  owner(): string | undefined;
  dispose(): Promise<void>;
}

export interface WakeupListenerOptions {
  url: string;
  log: Log;
  /** A key may be due. */
  onWakeup: () => void;
  /** There is a session (again): what was missed meanwhile must be looked for. */
  onConnected: () => void;
  /** The session ended: other workers may take this worker's keys from now on. */
  onLost: () => void;
  reconnectDelayMs?: number;
}

/** Connects in the background and again whenever the session ends. */
export function makeWakeupListener(options: WakeupListenerOptions): WakeupListener {
  const { url, log, onWakeup, onConnected, onLost, reconnectDelayMs = 500 } = options;
  let client: pg.Client | undefined;
  let owner: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isDisposed = false;

  const connect = async () => {
    const next = new pg.Client(buildClientConfig(url, { applicationName: "saas-kit reconcile wake-up" }));
    client = next;
    next.on("error", (error) => log.warn({ error: error.message }, "the wake-up session broke"));
    next.on("notification", onWakeup);
    next.once("end", onEnd);
    await next.connect();
    await next.query(`listen ${wakeupChannel}`);
    owner = (await next.query<{ owner: string }>(ownerOfThisSession)).rows[0]?.owner;
    onConnected();
  };
  const connectOrRetry = () => {
    connect().catch((error: Error) => {
      log.warn({ error: error.message }, "no wake-up session; trying again");
      onEnd();
    });
  };
  const onEnd = () => {
    if (owner !== undefined) onLost();
    owner = undefined;
    client?.removeListener("end", onEnd);
    client?.end().catch(() => undefined); // it may never have been connected
    clearTimeout(timer);
    if (!isDisposed) timer = setTimeout(connectOrRetry, reconnectDelayMs);
  };
  connectOrRetry();

  return {
    owner: () => owner,
    async dispose() {
      isDisposed = true;
      owner = undefined;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}

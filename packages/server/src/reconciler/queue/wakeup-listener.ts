import type { Log } from "../../core/log.ts";
import { listenTo } from "../../database/listen.ts";
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
}

/** Connects in the background and again whenever the session ends. */
export function makeWakeupListener({
  url,
  log,
  onWakeup,
  onConnected,
  onLost,
}: WakeupListenerOptions): WakeupListener {
  let owner: string | undefined;
  const session = listenTo({
    url,
    log,
    applicationName: "saas-kit reconcile wake-up",
    channel: wakeupChannel,
    onNotification: onWakeup,
    async onConnected(client) {
      owner = (await client.query<{ owner: string }>(ownerOfThisSession)).rows[0]?.owner;
      onConnected();
    },
    onLost() {
      owner = undefined;
      onLost();
    },
  });
  return {
    owner: () => owner,
    dispose() {
      owner = undefined;
      return session.dispose();
    },
  };
}

import type { WebSocket } from "ws";
import type { Viewer } from "../core/authentication.ts";
import type { ChangeBus } from "../core/ports.ts";
import type { SessionService } from "../features/session/session.service.ts";
import type { Metrics } from "../http/metrics.ts";

/** The sockets that viewers have open; it closes those whose token or session has ended. */
export interface SocketRegistry {
  add(socket: WebSocket, viewer: Viewer): void;
  remove(socket: WebSocket): void;
  dispose(): void;
}

const closed = { code: 4403, expired: "The token has expired", ended: "The session has ended" };
const maxTimerMs = 2 ** 31 - 1;

export function makeSocketRegistry(options: {
  sessions: SessionService;
  changes: ChangeBus;
  metrics: Metrics;
  sessionCheckMs?: number;
}): SocketRegistry {
  const { sessions, changes, metrics, sessionCheckMs = 15_000 } = options;
  const viewers = new Map<WebSocket, { viewer: Viewer; expiry: NodeJS.Timeout }>();

  const closeSession = (sessionId: string): void => {
    for (const [socket, { viewer }] of viewers) {
      if (viewer.sessionId === sessionId) socket.close(closed.code, closed.ended);
    }
  };
  /** After missed notifications: which of the sessions were revoked meanwhile? */
  const closeRevoked = async (): Promise<void> => {
    const sessionIds = new Set([...viewers.values()].map(({ viewer }) => viewer.sessionId));
    for (const sessionId of sessionIds) {
      if (await sessions.isRevoked(sessionId)) closeSession(sessionId);
    }
  };
  const unsubscribe = changes.subscribe((topic) => {
    // While the database cannot be asked there will be another reconnect.
    if (topic === "reconnected") closeRevoked().catch(() => undefined);
    else if (topic.startsWith("session:")) closeSession(topic.slice("session:".length));
  });
  const timer = setInterval(() => {
    for (const { viewer } of viewers.values()) sessions.checkSometimes(viewer);
  }, sessionCheckMs);

  return {
    add(socket, viewer) {
      // It may have closed while its token was checked: nobody would remove it any more.
      if (socket.readyState !== socket.OPEN) return;
      const remainingMs = Math.max(0, viewer.expiresAt.getTime() - Date.now());
      const expire = () => socket.close(closed.code, closed.expired);
      viewers.set(socket, { viewer, expiry: setTimeout(expire, Math.min(remainingMs, maxTimerMs)) });
      metrics.sockets.set(viewers.size);
    },
    remove(socket) {
      clearTimeout(viewers.get(socket)?.expiry);
      viewers.delete(socket);
      metrics.sockets.set(viewers.size);
    },
    dispose() {
      clearInterval(timer);
      unsubscribe();
      for (const { expiry } of viewers.values()) clearTimeout(expiry);
    },
  };
}

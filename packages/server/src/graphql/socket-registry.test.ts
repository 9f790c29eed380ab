import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Viewer } from "../core/authentication.ts";
import type { SessionService } from "../features/session/session.service.ts";
import { makeMetrics } from "../http/metrics.ts";
import { makeSocketRegistry } from "./socket-registry.ts";

const viewer = { sessionId: "s", expiresAt: new Date(Date.now() + 60_000) } as Viewer;
const makeSocket = (readyState: number) =>
  Object.assign(new EventEmitter(), { OPEN: WebSocket.OPEN, readyState }) as unknown as WebSocket;

test("a socket that closed while its token was checked is not kept", async () => {
  const metrics = makeMetrics();
  const changes = { publish() {}, publishLocally() {}, subscribe: () => () => undefined };
  const registry = makeSocketRegistry({ sessions: {} as SessionService, changes, metrics });
  registry.add(makeSocket(WebSocket.CLOSED), viewer);
  expect((await metrics.sockets.get()).values[0]?.value).toBe(0);
  registry.add(makeSocket(WebSocket.OPEN), viewer);
  expect((await metrics.sockets.get()).values[0]?.value).toBe(1);
  registry.dispose();
});

import { expect, it } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { makeHeartbeat } from "./heartbeat.ts";

const untilAborted = (signal: AbortSignal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

function start() {
  const clock = new FakeClock();
  const told: string[] = [];
  const server = { isThere: true, hangs: false, pings: 0 };
  const heartbeat = makeHeartbeat({
    clock,
    async ping(signal) {
      server.pings += 1;
      if (server.hangs) await untilAborted(signal);
      if (!server.isThere) throw new Error("no answer");
    },
    onLost: () => told.push("lost"),
    onBack: () => told.push("back"),
  });
  return { clock, told, server, heartbeat };
}

it("tells once that the API server is lost, after two pings without an answer, and once that it is back", async () => {
  const { clock, told, server, heartbeat } = start();
  await clock.advance(20_000);
  expect(told).toEqual([]);
  server.isThere = false;
  await clock.advance(6_000);
  expect(told).toEqual(["lost"]);
  await clock.advance(60_000);
  expect(told).toEqual(["lost"]);
  server.isThere = true;
  await clock.advance(1_000);
  expect(told).toEqual(["lost", "back"]);
  heartbeat.dispose();
});

it("takes a server that hangs for lost some seconds after its last answer", async () => {
  const { clock, told, server, heartbeat } = start();
  server.hangs = true;
  await clock.advance(11_999);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(["lost"]);
  server.hangs = false;
  await clock.advance(1_000);
  expect(told).toEqual(["lost", "back"]);
  heartbeat.dispose();
});

it("leaves neither question nor timer behind when it is disposed in the middle of one", async () => {
  const { clock, told, server, heartbeat } = start();
  server.hangs = true;
  await clock.advance(6_000);
  heartbeat.dispose();
  await clock.advance(60_000);
  expect({ told, ...server }).toMatchObject({ told: [], pings: 1 });
  expect(clock.pendingTimers).toBe(0);
});

it("asks no more when it is disposed", async () => {
  const { clock, server, heartbeat } = start();
  await clock.advance(5_000);
  heartbeat.dispose();
  await clock.advance(60_000);
  expect(server.pings).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

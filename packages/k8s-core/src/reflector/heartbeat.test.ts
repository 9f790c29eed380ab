import { expect, it } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { makeHeartbeat } from "./heartbeat.ts";

function start(answer: (signal: AbortSignal) => Promise<unknown>) {
  const clock = new FakeClock();
  const seen = { probes: 0, silences: 0 };
  const heartbeat = makeHeartbeat({
    clock,
    intervalMs: 10_000,
    timeoutMs: 5_000,
    probe(signal) {
      seen.probes += 1;
      return answer(signal);
    },
    onSilence() {
      seen.silences += 1;
    },
  });
  return { clock, seen, heartbeat };
}
const untilAborted = (signal: AbortSignal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

it("says nothing while the server answers, and nothing when it refuses", async () => {
  const answers = [Promise.resolve(), Promise.reject(new Error("ECONNREFUSED")), Promise.resolve()];
  for (const answer of answers) answer.catch(() => undefined);
  const { clock, seen } = start(() => answers.shift() ?? Promise.resolve());
  await clock.advance(35_000);
  expect(seen).toEqual({ probes: 3, silences: 0 });
});

it("tells of a server that hangs fifteen seconds after its last answer, again and again", async () => {
  const { clock, seen } = start(untilAborted);
  await clock.advance(14_999);
  expect(seen.silences).toBe(0);
  await clock.advance(1);
  expect(seen.silences).toBe(1);
  await clock.advance(15_000);
  expect(seen).toEqual({ probes: 2, silences: 2 });
});

it("asks no more once it is disposed of", async () => {
  const { clock, seen, heartbeat } = start(untilAborted);
  await clock.advance(12_000);
  heartbeat.dispose();
  await clock.advance(60_000);
  expect(seen).toEqual({ probes: 1, silences: 0 });
  expect(clock.pendingTimers).toBe(0);
});

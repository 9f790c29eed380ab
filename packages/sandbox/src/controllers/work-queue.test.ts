import { afterEach, expect, test, vi } from "vitest";
import { silentLog } from "../client/log.ts";
import { makeWorkQueue, type WorkQueue } from "./work-queue.ts";

let queue: WorkQueue | undefined;
afterEach(() => queue?.dispose());

test("many adds become one run, an add during a run means one run after it, never two at once", async () => {
  const gate = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  let runs = 0;
  queue = makeWorkQueue({
    name: "test",
    log: silentLog,
    async reconcile() {
      most = Math.max(most, ++running);
      if (++runs === 1) await gate.promise;
      running--;
      return undefined;
    },
  });
  queue.add("a");
  queue.add("a");
  await vi.waitFor(() => expect(runs).toBe(1));
  queue.add("a");
  queue.add("a");
  gate.resolve();
  await vi.waitFor(() => expect(runs).toBe(2));
  expect(most).toBe(1);
});

test("a key that fails is tried again, and others are not held up", async () => {
  const done: string[] = [];
  let failures = 0;
  queue = makeWorkQueue({
    name: "test",
    log: silentLog,
    async reconcile(key) {
      if (key === "bad" && failures++ < 2) throw new Error("not yet");
      done.push(key);
      return undefined;
    },
  });
  queue.add("bad");
  queue.add("good");
  await vi.waitFor(() => expect(done).toEqual(["good", "bad"]));
  expect(failures).toBe(3);
});

test("a key may ask for another run", async () => {
  let runs = 0;
  queue = makeWorkQueue({
    name: "test",
    log: silentLog,
    reconcile: async () => (++runs < 3 ? 1 : undefined),
  });
  queue.add("a");
  await vi.waitFor(() => expect(runs).toBe(3));
});

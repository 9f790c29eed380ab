import { expect, it } from "vitest";
import { done, type Outcome, type Phase, TerminalError, waitFor } from "./phase.ts";
import { runPhases } from "./run-phases.ts";

function setUp(...results: (Outcome | Error)[]) {
  const told: string[] = [];
  const phases = results.map(
    (result, index): Phase<object> => ({
      name: `p${index}`,
      async run() {
        if (result instanceof Error) throw result;
        return result;
      },
    }),
  );
  const observer = {
    started: (name: string) => void told.push(`${name} started`),
    ended: (name: string, { kind }: Outcome) => void told.push(`${name} ${kind}`),
    failed: (name: string, error: unknown) => void told.push(`${name} failed: ${(error as Error).message}`),
  };
  return { told, run: () => runPhases(phases, {}, observer) };
}

it("runs all phases in their order", async () => {
  const { told, run } = setUp(done, done);
  expect(await run()).toEqual(done);
  expect(told).toEqual(["p0 started", "p0 done", "p1 started", "p1 done"]);
});

it("ends at the first phase that waits", async () => {
  const { told, run } = setUp(waitFor("a pod", 500), done);
  expect(await run()).toEqual({ kind: "wait", requeueAfterMs: 500, reason: "a pod" });
  expect(told).toEqual(["p0 started", "p0 wait"]);
});

it("tells the observer of what a phase throws, and throws it on", async () => {
  const { told, run } = setUp(done, new TerminalError("NoPlan", "choose a plan"), done);
  await expect(run()).rejects.toThrow(TerminalError);
  expect(told.slice(2)).toEqual(["p1 started", "p1 failed: choose a plan"]);
});

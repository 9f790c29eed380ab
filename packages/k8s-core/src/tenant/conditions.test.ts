import { expect, it } from "vitest";
import { computeTenantState, setCondition } from "./conditions.ts";

const ready = { type: "Ready", reason: "Starting", message: "", observedGeneration: 1 };

it("moves lastTransitionTime only when the status changes", () => {
  const first = setCondition([], { ...ready, status: "False" }, new Date(1_000));
  const second = setCondition(first, { ...ready, status: "False", reason: "Other" }, new Date(2_000));
  const third = setCondition(second, { ...ready, status: "True" }, new Date(3_000));
  const times = [first, second, third].map((conditions) => conditions.map((c) => c.lastTransitionTime));
  expect(times).toEqual([
    ["1970-01-01T00:00:01.000Z"],
    ["1970-01-01T00:00:01.000Z"],
    ["1970-01-01T00:00:03.000Z"],
  ]);
  expect(second[0]?.reason).toBe("Other");
});

it("puts deletion before failure, and failure before everything else", () => {
  const failure = { reason: "NoPlan", message: "choose another plan" };
  const conditions = setCondition([], { ...ready, status: "True" }, new Date(0));
  const state = (isDeleting: boolean, withFailure: boolean) =>
    computeTenantState({ isDeleting, wasReady: true, conditions, ...(withFailure ? { failure } : {}) });
  expect(state(true, true).state).toBe("Deleting");
  expect(state(false, true)).toEqual({ state: "Failed", message: "choose another plan" });
  expect(state(false, false)).toEqual({ state: "Running", message: "" });
  expect(computeTenantState({ isDeleting: false, wasReady: false, conditions: [] }).state).toBe("Pending");
});

import { expect, test } from "vitest";
import { buildTimeline, mergeEvents, type TimelineEvent } from "./timeline.ts";

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
const event = (seq: number, name: `${TimelineEvent["step"]} ${TimelineEvent["state"]}`, ms = seq * 100) => {
  const [step, state] = name.split(" ") as [TimelineEvent["step"], TimelineEvent["state"]];
  return { seq, step, state, message: name, at: at(ms) } satisfies TimelineEvent;
};

const creationSteps: TimelineEvent["step"][] = [
  ...(["ACCEPTED", "PLACEMENT", "NAMESPACE", "ISOLATION", "SECRETS"] as const),
  ...(["DATABASE", "IDENTITY", "WORKLOAD", "ROUTE", "READY"] as const),
];
const running = { plannedSteps: creationSteps, state: "RUNNING" } as const;

test("events are kept in the order of seq and never twice", () => {
  const known = [event(1, "ACCEPTED SUCCEEDED"), event(3, "NAMESPACE RUNNING")];
  const merged = mergeEvents(known, [event(3, "NAMESPACE RUNNING"), event(2, "PLACEMENT SUCCEEDED")]);
  expect(merged.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test("steps stand in the order of the process, whatever the order of their events", () => {
  const steps = buildTimeline(running, [event(1, "DATABASE RUNNING"), event(2, "NAMESPACE SUCCEEDED")]);
  const names = steps.map(({ step }) => step);
  expect(names.indexOf("NAMESPACE")).toBeLessThan(names.indexOf("DATABASE"));
  expect(names.at(-1)).toBe("READY");
});

test("the last word of a step counts: a failure that was retried is running again", () => {
  const events = [event(1, "DATABASE RUNNING"), event(2, "DATABASE FAILED"), event(3, "DATABASE RUNNING")];
  const database = buildTimeline(running, events).find(({ step }) => step === "DATABASE");
  expect(database).toMatchObject({ state: "RUNNING", durationMs: undefined });
});

test("a step lasts from its first event to its last, or from the event before it when it has one only", () => {
  const events = [
    event(1, "ACCEPTED SUCCEEDED", 0),
    event(2, "PLACEMENT SUCCEEDED", 40),
    event(3, "DATABASE RUNNING", 50),
    event(4, "DATABASE SUCCEEDED", 450),
  ];
  const durations = Object.fromEntries(
    buildTimeline(running, events).map((step) => [step.step, step.durationMs]),
  );
  expect(durations).toMatchObject({ ACCEPTED: 0, PLACEMENT: 40, DATABASE: 400 });
});

test("steps to come are shown while the operation runs, and only then", () => {
  const events = [event(1, "ACCEPTED SUCCEEDED"), event(2, "STOP_WORKLOAD FAILED")];
  const deletionSteps = ["ACCEPTED", "STOP_WORKLOAD", "DROP_DATABASE", "DELETE_NAMESPACE", "DONE"] as const;
  const states = (state: "RUNNING" | "FAILED") =>
    buildTimeline({ plannedSteps: deletionSteps, state }, events).map((s) => s.state);
  expect(states("RUNNING")).toEqual(["SUCCEEDED", "FAILED", "PENDING", "PENDING", "PENDING"]);
  expect(states("FAILED")).toEqual(["SUCCEEDED", "FAILED"]);
});

test("a server of its own is a step of those creations only that make one", () => {
  const stepsOf = (events: TimelineEvent[]) => buildTimeline(running, events).map(({ step }) => step);
  expect(stepsOf([])).not.toContain("DATABASE_SERVER");
  const steps = stepsOf([event(1, "DATABASE_SERVER RUNNING")]);
  expect(steps.indexOf("DATABASE_SERVER")).toBe(steps.indexOf("DATABASE") - 1);
});

import { expect, test } from "vitest";
import { describeCondition, explainCondition } from "./condition-words.ts";

test("not progressing is calm when all is done and alarming when something is in the way", () => {
  const progressing = { type: "Progressing", status: "FALSE" } as const;
  expect(describeCondition({ ...progressing, reason: "Available" })).toMatchObject({ verdict: "None" });
  expect(describeCondition({ ...progressing, reason: "CrashLoopBackOff" })).toMatchObject({
    verdict: "Stuck",
    color: "red",
  });
});

test("a condition without words of ours keeps its own name", () => {
  expect(describeCondition({ type: "BackedUp", status: "TRUE", reason: "Done" }).label).toBe("BackedUp");
});

test("a reason is shown when it says more than the verdict, and never beside a message", () => {
  expect(explainCondition({ reason: "Available", message: "" })).toBe("");
  expect(explainCondition({ reason: "QuotaExceeded", message: "" })).toBe("QuotaExceeded");
  expect(explainCondition({ reason: "Starting", message: "Waiting until it answers." })).toBe(
    "Waiting until it answers.",
  );
});

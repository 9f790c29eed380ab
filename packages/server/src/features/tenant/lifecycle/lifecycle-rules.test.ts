import { expect, test } from "vitest";
import { type ActionKind, actionKinds, findRefusal, type Situation } from "./lifecycle-rules.ts";

const running: Situation = { state: "RUNNING", desiredRunState: "RUNNING", isDeleting: false, underWay: [] };
const stopped: Situation = { ...running, state: "STOPPED", desiredRunState: "STOPPED" };
const possible = (situation: Situation): ActionKind[] =>
  actionKinds.filter((kind) => findRefusal(kind, situation) === undefined);

test("what can be asked follows from what is so, and from what is under way", () => {
  const always = ["RESET_PASSWORD", "CHANGE_PLAN", "ROTATE_CREDENTIALS", "DELETE"];
  expect(possible(running)).toEqual(["STOP", "RESTART", ...always]);
  expect(possible({ ...running, state: "DEGRADED" })).toEqual(["STOP", "RESTART", ...always]);
  expect(possible(stopped)).toEqual(["START", ...always]);
  expect(possible({ ...stopped, state: "RUNNING", underWay: ["STOP"] })).toEqual(["START", ...always]);
  expect(possible({ ...running, state: "STOPPED", underWay: ["START"] })).toEqual(["STOP", ...always]);
  expect(possible({ ...running, underWay: ["RESTART"] })).toEqual(["STOP", ...always]);
  expect(possible({ ...running, underWay: ["CHANGE_PLAN"] })).toEqual(["STOP", "RESTART", ...always]);
});

test("what is being created or has failed can only be deleted, and what is being deleted nothing", () => {
  expect(possible({ ...running, state: "PROVISIONING", underWay: ["CREATE"] })).toEqual(["DELETE"]);
  expect(possible({ ...running, state: "FAILED" })).toEqual(["DELETE"]);
  expect(possible({ ...running, state: "DELETING", isDeleting: true })).toEqual([]);
  expect(findRefusal("START", { ...stopped, isDeleting: true })).toBe("It is being deleted.");
});

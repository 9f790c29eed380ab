import { expect, test } from "vitest";
import type { OperationKind } from "./operation.type.ts";
import { findCancelRefusal, summarize } from "./operation-rules.ts";

type Kind = keyof typeof OperationKind;
const kinds: Kind[] = ["CREATE", "DELETE", "START", "STOP", "RESTART", "RESET_PASSWORD", "CHANGE_PLAN"];
const cancellable = (state: "RUNNING" | "SUCCEEDED", irreversible_since: Date | null): Kind[] =>
  kinds.filter((kind) => findCancelRefusal({ kind, state, irreversible_since }) === undefined);

test("what has not done anything final is cancelled, a start and a stop at any time, a creation and a deletion never", () => {
  expect(cancellable("RUNNING", null)).toEqual(["START", "STOP", "RESTART", "RESET_PASSWORD", "CHANGE_PLAN"]);
  expect(cancellable("RUNNING", new Date())).toEqual(["START", "STOP"]);
  expect(cancellable("SUCCEEDED", null)).toEqual([]);
});

test("a refused cancellation says what to do instead", () => {
  const refusal = (kind: Kind, since: Date | null = null) =>
    findCancelRefusal({ kind, state: "RUNNING", irreversible_since: since });
  expect(refusal("CREATE")).toContain("delete the instance instead");
  expect(refusal("CHANGE_PLAN", new Date())).toContain("change it back instead");
  expect(refusal("RESET_PASSWORD", new Date())).toContain("set another one instead");
});

test("a change of plan is told in a few words, other operations by their kind alone", () => {
  expect(summarize({ details: { planName: "Standard", previousPlanName: "Basic" } })).toBe(
    "from Basic to Standard",
  );
  expect(summarize({ details: { isStopped: true } })).toBe("");
});

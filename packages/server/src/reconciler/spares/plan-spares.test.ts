import { expect, test } from "vitest";
import { type ExistingSpare, planSpares } from "./plan-spares.ts";

const kind = { planCode: "basic", version: "19", bundle: "base" };
const wanted = (count: number, image = "odoo:19") => [{ ...kind, count, image }];
const spare = (id: string, more: Partial<ExistingSpare> = {}): ExistingSpare => ({
  ...{ id, ...kind, image: "odoo:19", state: "RUNNING", ageMs: 60_000, serverState: "ACTIVE" },
  ...more,
});

test("what is missing is made, and what is enough stays", () => {
  expect(planSpares(wanted(2), [spare("a")])).toEqual({ missing: [kind], surplus: [] });
  expect(planSpares(wanted(2), [spare("a"), spare("b")])).toEqual({ missing: [], surplus: [] });
});

test("one that is still being made counts, and is removed before a ready one", () => {
  const making = spare("new", { state: "PROVISIONING", ageMs: 1_000 });
  expect(planSpares(wanted(2), [making, spare("a")])).toEqual({ missing: [], surplus: [] });
  expect(planSpares(wanted(1), [making, spare("a")])).toEqual({ missing: [], surplus: ["new"] });
});

test("a kind that is no longer configured is removed", () => {
  expect(planSpares([], [spare("a")])).toEqual({ missing: [], surplus: ["a"] });
  const other = spare("b", { bundle: "crm" });
  expect(planSpares(wanted(1), [spare("a"), other])).toEqual({ missing: [], surplus: ["b"] });
});

test("one made with an older image is replaced", () => {
  const plan = planSpares(wanted(1, "odoo:19.1"), [spare("old")]);
  expect(plan).toEqual({ missing: [kind], surplus: ["old"] });
});

test.each(["CORDONED", "DRAINING"])("one on a %s server is replaced", (serverState) => {
  const plan = planSpares(wanted(1), [spare("a", { serverState })]);
  expect(plan).toEqual({ missing: [kind], surplus: ["a"] });
});

test("one that failed keeps its place for five minutes, then is replaced", () => {
  const failed = (ageMs: number) => [spare("a", { state: "FAILED", ageMs })];
  expect(planSpares(wanted(1), failed(10_000))).toEqual({ missing: [], surplus: [] });
  expect(planSpares(wanted(1), failed(400_000))).toEqual({ missing: [kind], surplus: ["a"] });
});

test("at most four are being made at once, those that wait for room included", () => {
  expect(planSpares(wanted(10), []).missing).toHaveLength(4);
  const waiting = ["a", "b", "c"].map((id) => spare(id, { state: "DEGRADED" }));
  expect(planSpares(wanted(10), waiting).missing).toHaveLength(1);
});

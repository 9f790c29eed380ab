import { expect, test } from "vitest";
import type { TenantState } from "../../../generated/graphql.ts";
import { noArrangement, reduceArrangement } from "./watch-all-tenants.ts";

type Change = ["ADDED" | "MODIFIED" | "DELETED", string, TenantState];

const message = (isSnapshot: boolean, ...changes: Change[]) =>
  ({
    isSnapshot,
    changes: changes.map(([type, id, state]) => ({ type, tenant: { id, state } })),
  }) as Parameters<typeof reduceArrangement>[1];
const fold = (...messages: Parameters<typeof reduceArrangement>[1][]) =>
  messages.reduce(reduceArrangement, noArrangement);
const snapshot = message(true, ["ADDED", "a", "RUNNING"], ["ADDED", "b", "PENDING"]);

test("the first snapshot asks for nothing, one after a lost connection only for what it missed", () => {
  expect(fold(snapshot)).toMatchObject({ arrivals: 0, turns: 0 });
  expect(fold(snapshot, snapshot)).toMatchObject({ arrivals: 0, turns: 0 });
  expect(fold(snapshot, message(true, ["ADDED", "a", "FAILED"]))).toMatchObject({ arrivals: 1, turns: 1 });
});

test("a row that comes or goes is an arrival", () => {
  const added = fold(snapshot, message(false, ["ADDED", "c", "PENDING"]));
  expect(added).toMatchObject({ arrivals: 1, turns: 0 });
  expect(reduceArrangement(added, message(false, ["DELETED", "a", "DELETING"])).arrivals).toBe(2);
});

test("only a state that changed turns the order round", () => {
  expect(fold(snapshot, message(false, ["MODIFIED", "a", "RUNNING"]))).toMatchObject({ turns: 0 });
  expect(fold(snapshot, message(false, ["MODIFIED", "b", "PROVISIONING"]))).toMatchObject({
    arrivals: 0,
    turns: 1,
  });
});

import { expect, test } from "vitest";
import { applyRows } from "./tenant.live.ts";
import type { TenantRow } from "./tenant.repository.ts";

const row = (id: string, name = id): TenantRow => ({ id, name }) as TenantRow;
const typesOf = (changes: ReturnType<typeof applyRows>): string[] =>
  changes.map((change) => `${change.type} ${change.row.name}`);

test("a whole list is told as the difference to what was shown", () => {
  const shown = new Map<string, TenantRow>();
  expect(typesOf(applyRows(shown, [row("a"), row("b")]))).toEqual(["ADDED a", "ADDED b"]);
  expect(typesOf(applyRows(shown, [row("a"), row("b", "b2"), row("c")]))).toEqual(["MODIFIED b2", "ADDED c"]);
  expect(typesOf(applyRows(shown, [row("c")]))).toEqual(["DELETED a", "DELETED b2"]);
});

test("named tenants are told even when their rows are the same, and leave only when they were shown", () => {
  const shown = new Map([["a", row("a")]]);
  expect(typesOf(applyRows(shown, [row("a")], ["a", "x"]))).toEqual(["MODIFIED a"]);
  expect(typesOf(applyRows(shown, [], ["a"]))).toEqual(["DELETED a"]);
  expect(shown.size).toBe(0);
});

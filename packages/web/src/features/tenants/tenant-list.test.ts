import { expect, test } from "vitest";
import { reduceTenants, type TenantChange } from "./tenant-list.ts";

const tenant = (id: string, day: number, state = "RUNNING") => ({
  id,
  state,
  createdAt: `2026-01-0${day}T00:00:00Z`,
});
const change = (type: TenantChange<unknown>["type"], of: ReturnType<typeof tenant>) => ({ type, tenant: of });
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

const three = reduceTenants([], {
  isSnapshot: true,
  changes: [
    change("ADDED", tenant("a", 1)),
    change("ADDED", tenant("c", 3)),
    change("ADDED", tenant("b", 2)),
  ],
});

test("a snapshot is shown newest first", () => {
  expect(ids(three)).toEqual(["c", "b", "a"]);
});

test("changes add, replace in place and remove", () => {
  const after = reduceTenants(three, {
    isSnapshot: false,
    changes: [
      change("ADDED", tenant("d", 4)),
      change("MODIFIED", tenant("b", 2, "FAILED")),
      change("DELETED", tenant("a", 1)),
    ],
  });
  expect(ids(after)).toEqual(["d", "c", "b"]);
  expect(after[2]?.state).toBe("FAILED");
});

test("a snapshot after a reconnect forgets what is gone", () => {
  expect(ids(reduceTenants(three, { isSnapshot: true, changes: [change("ADDED", tenant("b", 2))] }))).toEqual(
    ["b"],
  );
});

test("a change that comes twice, or a deletion of something unknown, does no harm", () => {
  const once = {
    isSnapshot: false,
    changes: [change("ADDED", tenant("d", 4)), change("DELETED", tenant("x", 1))],
  };
  expect(ids(reduceTenants(reduceTenants(three, once), once))).toEqual(["d", "c", "b", "a"]);
});

import { expect, test } from "vitest";
import { reducePools } from "./pool-list.ts";

const pool = (number: number, state = "ACTIVE") => ({
  id: `id-${number}`,
  name: `postgres-shared-${number}`,
  state,
});
const names = (pools: readonly { name: string }[]) =>
  pools.map(({ name }) => name.replace("postgres-shared-", ""));

test("pools are listed by their numbers, a snapshot replaces what was shown, and changes are folded in", () => {
  const added = [pool(10), pool(2)].map((each) => ({ type: "ADDED" as const, pool: each }));
  const first = reducePools([pool(7)], { isSnapshot: true, changes: added });
  expect(names(first)).toEqual(["2", "10"]);
  const changed = reducePools(first, {
    isSnapshot: false,
    changes: [
      { type: "MODIFIED", pool: pool(2, "CORDONED") },
      { type: "DELETED", pool: pool(10) },
      { type: "ADDED", pool: pool(3) },
    ],
  });
  expect(names(changed)).toEqual(["2", "3"]);
  expect(changed[0]?.state).toBe("CORDONED");
});

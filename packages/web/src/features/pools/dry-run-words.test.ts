import { expect, test } from "vitest";
import { describeDryRun } from "./dry-run-words.ts";

const answer = {
  strategy: "SHARED" as const,
  count: 40,
  dedicatedServers: 0,
  unplaced: 0,
  newPools: [],
  placements: [{ pool: "postgres-shared-1" }, { pool: "postgres-shared-2" }],
};

test("a dry run says how many go into how many pools, and when another is made", () => {
  expect(describeDryRun(answer)).toEqual([
    "40 instances would go into 2 pools.",
    "No further pool would be made.",
  ]);
  const newPools = [
    { name: "postgres-shared-2", afterCount: 0 },
    { name: "postgres-shared-3", afterCount: 21 },
    { name: "postgres-shared-4", afterCount: 112 },
  ];
  expect(describeDryRun({ ...answer, newPools }).slice(1)).toEqual([
    "postgres-shared-2 would be made before the first of them.",
    "postgres-shared-3 would be made after the 21st of them.",
    "postgres-shared-4 would be made after the 112th of them.",
  ]);
});

test("a dry run says what fits nowhere, and what gets servers of its own", () => {
  expect(describeDryRun({ ...answer, unplaced: 3 })[0]).toBe("3 of 40 instances would fit nowhere.");
  const dedicated = { ...answer, strategy: "DEDICATED" as const, dedicatedServers: 1 };
  expect(describeDryRun(dedicated)).toEqual(["Each gets a server of its own: 1 server would be made."]);
});

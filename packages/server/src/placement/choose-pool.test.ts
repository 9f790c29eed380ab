import { expect, test } from "vitest";
import { canTake, choosePool, type PoolCandidate, scorePool } from "./choose-pool.ts";

const pool = (name: string, more: Partial<PoolCandidate> = {}): PoolCandidate => ({
  id: name,
  name,
  usedTenants: 0,
  maxTenants: 50,
  usedConnections: 0,
  connectionBudget: 800,
  storageBytes: 100,
  dataBytes: 0,
  load: 0,
  hasTemplate: true,
  ...more,
});
const wanted = { connectionLimit: 16 };
const chosen = (...pools: PoolCandidate[]) => choosePool(pools, wanted)?.pool.name;

test("each of tenants, connections, size and load decides when the rest is equal", () => {
  const used: Partial<PoolCandidate>[] = [
    { usedTenants: 10 },
    { usedConnections: 160 },
    { dataBytes: 40 },
    { load: 0.5 },
    { hasTemplate: false },
  ];
  for (const more of used) expect(chosen(pool("a", more), pool("b")), JSON.stringify(more)).toBe("b");
});

test("of equal pools the lowest number is taken, counted as a number", () => {
  expect(chosen(pool("postgres-shared-10"), pool("postgres-shared-9"))).toBe("postgres-shared-9");
});

test("a pool is full by tenants, by connections, or by nine tenths of its storage", () => {
  expect(canTake(pool("a", { usedTenants: 49, usedConnections: 784 }), wanted)).toBe(true);
  expect(canTake(pool("a", { usedTenants: 50 }), wanted)).toBe(false);
  expect(canTake(pool("a", { usedConnections: 785 }), wanted)).toBe(false);
  expect(canTake(pool("a", { dataBytes: 90 }), wanted)).toBe(false);
  expect(choosePool([pool("a", { usedTenants: 50 })], wanted)).toBeUndefined();
});

test("a score runs from nearly a hundred for an empty pool to zero for one that is full and busy", () => {
  expect(scorePool(pool("a"), wanted)).toBeGreaterThan(98);
  const full = pool("a", { usedTenants: 49, usedConnections: 784, dataBytes: 100, load: 3 });
  expect(scorePool(full, wanted)).toBe(0);
});

test("the reasons name the figures, the next best pool, and what is not known", () => {
  const choice = choosePool([pool("a", { usedTenants: 3, dataBytes: null }), pool("b", { load: 1 })], wanted);
  expect(choice?.reasons).toEqual([
    `It had the most room: ${choice?.score} points of 100; the next, b, had 78.8.`,
    "3 of 50 places and 0 of 800 connections were taken.",
    "Its size and load had not been measured yet.",
  ]);
  const alone = choosePool([pool("a", { dataBytes: 20, load: 0.05, hasTemplate: false })], wanted);
  expect(alone?.reasons).toEqual([
    `It was the only pool with room (${alone?.score} points of 100).`,
    "0 of 50 places and 0 of 800 connections were taken.",
    "Its storage was 20% full, and it was 5% busy.",
    "Its template was not ready yet, which counted against it.",
  ]);
});

import { expect, test } from "vitest";
import type { PoolCandidate } from "./choose-pool.ts";
import { freePlacesOf, planPlacements } from "./plan-placements.ts";

const size = { maxTenants: 50, connectionBudget: 800, cpuMillicores: 1, memoryBytes: 1, storageBytes: 100 };
const supply = { size, minFreePlaces: 10, placeConnections: 32, nextNumber: 3 };
const standard = { connectionLimit: 32 };
const pool = (name: string, usedTenants: number, connectionLimit = 32): PoolCandidate => ({
  id: name,
  name,
  usedTenants,
  maxTenants: 50,
  usedConnections: usedTenants * connectionLimit,
  connectionBudget: 800,
  storageBytes: 100,
  dataBytes: 0,
  load: 0,
  hasTemplate: true,
});
const summary = (plan: ReturnType<typeof planPlacements>) =>
  plan.pools.map(({ pool: { name }, count, isNew }) => [name, count, isNew]);

test("forty standard tenants fill what is there, and a further pool is made before the places run out", () => {
  const pools = [pool("postgres-shared-1", 10), pool("postgres-shared-2", 0)];
  const plan = planPlacements({ pools, wanted: standard, count: 40, supply });
  expect(plan.unplaced).toBe(0);
  // 15 + 25 places; the 31st tenant leaves nine free.
  expect(plan.newPools).toEqual([{ name: "postgres-shared-3", afterCount: 31 }]);
  expect(plan.pools.reduce((sum, { count }) => sum + count, 0)).toBe(40);
  expect(summary(plan)).toContainEqual(["postgres-shared-3", 9, true]);
  for (const planned of plan.pools) expect(planned.pool.usedConnections).toBeLessThanOrEqual(800);
  expect(pools[0]!.usedTenants, "the question is not changed").toBe(10);
});

test("a plan for few tenants makes no pool, and says what the pool looked like for the first of them", () => {
  const plan = planPlacements({ pools: [pool("postgres-shared-1", 4)], wanted: standard, count: 3, supply });
  expect(plan.newPools).toEqual([]);
  expect(summary(plan)).toEqual([["postgres-shared-1", 3, false]]);
  expect(plan.pools[0]!.reasons).toContain("4 of 50 places and 128 of 800 connections were taken.");
  expect(plan.pools[0]!.pool.usedTenants).toBe(7);
});

test("without any pool the first one is made before the first tenant", () => {
  const plan = planPlacements({
    pools: [],
    wanted: standard,
    count: 1,
    supply: { ...supply, nextNumber: 1 },
  });
  expect(plan.newPools).toEqual([{ name: "postgres-shared-1", afterCount: 0 }]);
  expect(summary(plan)).toEqual([["postgres-shared-1", 1, true]]);
});

test("what fits in no pool of this size is not placed", () => {
  const plan = planPlacements({ pools: [], wanted: { connectionLimit: 900 }, count: 5, supply });
  expect(plan).toMatchObject({ pools: [], unplaced: 5 });
});

test("free places are the fewer of tenants and connections, and never less than none", () => {
  expect(freePlacesOf(pool("a", 10), 32)).toBe(15);
  expect(freePlacesOf(pool("a", 45, 4), 32)).toBe(5);
  expect(freePlacesOf({ ...pool("a", 0), usedConnections: 900 }, 32)).toBe(0);
});

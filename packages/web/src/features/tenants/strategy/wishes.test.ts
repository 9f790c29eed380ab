import { expect, test } from "vitest";
import { countWishes, fieldOfWish, noWishes, type StrategyWishes, toWishesInput } from "./wishes.ts";

const wishes: StrategyWishes = {
  compliance: ["HIPAA"],
  expectedConcurrentUsers: 80,
  expectedDatabaseGib: 2.5,
  databaseSettings: [{ name: "jit", value: "off" }],
};

test("an empty field says nothing, and gibibytes become bytes", () => {
  expect(toWishesInput(noWishes)).toEqual({
    compliance: [],
    databaseSettings: [],
    expectedConcurrentUsers: null,
    expectedDatabaseBytes: null,
  });
  expect(toWishesInput(wishes)).toMatchObject({
    expectedConcurrentUsers: 80,
    expectedDatabaseBytes: 2_684_354_560,
  });
});

test("what was answered is counted", () => {
  expect([countWishes(noWishes), countWishes(wishes)]).toEqual([0, 4]);
});

test("a fault is shown at the field that asked for it", () => {
  expect(fieldOfWish("databaseSettings.2.value")).toBe("wishes.databaseSettings");
  expect(fieldOfWish("expectedDatabaseBytes")).toBe("wishes.expectedDatabaseGib");
  expect(fieldOfWish("compliance")).toBe("wishes.compliance");
  expect(fieldOfWish("slug")).toBeUndefined();
});

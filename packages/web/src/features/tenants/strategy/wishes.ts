import type { ComplianceStandard, StrategyWishesInput } from "../../../generated/graphql.ts";

/** What a form asks about where the database should live; an empty field says nothing. */
export interface StrategyWishes {
  compliance: ComplianceStandard[];
  expectedConcurrentUsers: number | "";
  expectedDatabaseGib: number | "";
  databaseSettings: { name: string; value: string }[];
}

export const noWishes: StrategyWishes = {
  compliance: [],
  expectedConcurrentUsers: "",
  expectedDatabaseGib: "",
  databaseSettings: [],
};

const gib = 1024 ** 3;

/** As the API takes it. */
export function toWishesInput(wishes: StrategyWishes) {
  const { compliance, expectedConcurrentUsers, expectedDatabaseGib, databaseSettings } = wishes;
  return {
    compliance,
    databaseSettings,
    expectedConcurrentUsers: expectedConcurrentUsers === "" ? null : expectedConcurrentUsers,
    expectedDatabaseBytes: expectedDatabaseGib === "" ? null : Math.round(expectedDatabaseGib * gib),
  } satisfies StrategyWishesInput;
}

/** How many of the questions were answered. */
export function countWishes(wishes: StrategyWishes): number {
  const { compliance, expectedConcurrentUsers, expectedDatabaseGib, databaseSettings } = wishes;
  const numbers = [expectedConcurrentUsers, expectedDatabaseGib].filter((value) => value !== "");
  return compliance.length + numbers.length + databaseSettings.length;
}

/** The form's field that shows a fault of the API's input; undefined when it is not one of these. */
export function fieldOfWish(apiField: string): string | undefined {
  if (apiField.startsWith("databaseSettings")) return "wishes.databaseSettings";
  if (apiField === "expectedDatabaseBytes") return "wishes.expectedDatabaseGib";
  return ["compliance", "expectedConcurrentUsers"].includes(apiField) ? `wishes.${apiField}` : undefined;
}

import { expect, it } from "vitest";
import { type StrategySource, toTenantStrategy } from "./strategy.presenter.ts";

const thresholds = { maxSharedConcurrentUsers: 50, maxSharedDatabaseBytes: 5 * 2 ** 30 };
const basicReason = "Shared, because the Basic plan uses a shared server.";
const source = (plan: StrategySource["plan"], change: Partial<StrategySource> = {}): StrategySource => ({
  row: {
    decision: { strategy: "SHARED", rule: "PLAN", reason: basicReason, decidedAt: "2026-01-01T00:00:00Z" },
    override: null,
    compliance: [],
    expectedConcurrentUsers: null,
    expectedDatabaseBytes: null,
    databaseSettings: {},
  },
  plan,
  placed: "SHARED",
  createdAt: new Date(0),
  ...change,
});

it("names the plan of today where another plan changes nothing else", () => {
  expect(toTenantStrategy(source({ name: "Standard", strategy: "SHARED" }), thresholds)).toMatchObject({
    reason: "Shared, because the Standard plan uses a shared server.",
    decidedAt: new Date("2026-01-01T00:00:00Z"),
    advice: null,
  });
});

it("keeps the reason in force, and advises, where today's rules disagree with where the database is", () => {
  expect(toTenantStrategy(source({ name: "Premium", strategy: "DEDICATED" }), thresholds)).toMatchObject({
    strategy: "SHARED",
    reason: basicReason,
    advice: { strategy: "DEDICATED", rule: "PLAN" },
  });
});

it("tells the plan's strategy of an instance for which nothing was ever decided", () => {
  const { row } = source({ name: "Basic", strategy: "SHARED" });
  const never = { ...source({ name: "Basic", strategy: "SHARED" }), row: { ...row, decision: null } };
  expect(toTenantStrategy(never, thresholds)).toMatchObject({
    rule: "PLAN",
    reason: basicReason,
    advice: null,
  });
});

import type { StrategyName } from "../../database/tables.ts";
import type { StrategyDecision, StrategyThresholds } from "../../strategy/decide-strategy.ts";
import type { StrategyAdvice, TenantStrategy } from "./strategy.type.ts";
import { decideForRow, type StrategyRow } from "./strategy-columns.ts";

/** What the API tells of a tenant's strategy. */
export interface StrategySource {
  row: StrategyRow;
  plan: { name: string; strategy: StrategyName };
  /** Where its database is; absent before it has a place. */
  placed: StrategyName | undefined;
  createdAt: Date;
}

/** The decision in force, and what today's rules would say. */
export function toTenantStrategy(source: StrategySource, thresholds: StrategyThresholds): TenantStrategy {
  const { row, plan, placed, createdAt } = source;
  const now = decideForRow(row, plan, thresholds);
  const inForce = row.decision ?? { ...decideForRow(withoutWishes, plan, thresholds), decidedAt: createdAt };
  // A changed plan may leave everything as it is but the plan's name.
  const isConfirmed = now.strategy === inForce.strategy && now.rule === inForce.rule;
  return {
    ...inForce,
    reason: isConfirmed ? now.reason : inForce.reason,
    decidedAt: new Date(inForce.decidedAt),
    override: row.override && { ...row.override, at: new Date(row.override.at) },
    advice: buildAdvice(now, placed ?? inForce.strategy),
    compliance: row.compliance,
    expectedDatabaseBytes: row.expectedDatabaseBytes,
    expectedConcurrentUsers: row.expectedConcurrentUsers,
    databaseSettings: Object.entries(row.databaseSettings).map(([name, value]) => ({ name, value })),
  };
}

const withoutWishes = {
  override: null,
  compliance: [],
  expectedConcurrentUsers: null,
  expectedDatabaseBytes: null,
  databaseSettings: {},
};

const serverWords = { SHARED: "a shared server", DEDICATED: "a server of its own" } as const;

function buildAdvice(now: StrategyDecision, actual: StrategyName): StrategyAdvice | null {
  if (now.strategy === actual) return null;
  const message =
    `The database is on ${serverWords[actual]} and stays there: ` +
    "moving it to another kind of server is not possible yet.";
  return { ...now, message };
}

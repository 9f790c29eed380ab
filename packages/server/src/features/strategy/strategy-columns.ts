import { sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { ComplianceName, StrategyName, StrategyRuleName } from "../../database/tables.ts";
import {
  decideStrategy,
  type StrategyDecision,
  type StrategyFacts,
  type StrategyThresholds,
} from "../../strategy/decide-strategy.ts";
import type { StrategyWishesInput } from "./strategy.input.ts";

/** What a tenant's row says of its strategy, as PostgreSQL's JSON writes it. */
export interface StrategyRow {
  /** Null: never decided, the plan's counts. */
  decision: { strategy: StrategyName; rule: StrategyRuleName; reason: string; decidedAt: string } | null;
  override: { strategy: StrategyName; reason: string; by: string | null; at: string } | null;
  compliance: ComplianceName[];
  expectedDatabaseBytes: number | null;
  expectedConcurrentUsers: number | null;
  databaseSettings: Record<string, string>;
}

/** For a query over `platform.tenants t`. */
export const strategyColumn = sql<StrategyRow>`jsonb_build_object(
  'decision', case when t.strategy is not null then jsonb_build_object('strategy', t.strategy,
    'rule', t.strategy_rule, 'reason', t.strategy_reason, 'decidedAt', t.strategy_decided_at) end,
  'override', case when t.strategy_override is not null then jsonb_build_object('strategy', t.strategy_override,
    'reason', t.strategy_override_reason, 'at', t.strategy_overridden_at,
    'by', (select u.email from platform.users u where u.id = t.strategy_overridden_by and platform.app_is_admin())) end,
  'compliance', t.compliance, 'expectedDatabaseBytes', t.expected_database_bytes,
  'expectedConcurrentUsers', t.expected_concurrent_users, 'databaseSettings', t.database_settings)`;

interface PlanFacts {
  name: string;
  strategy: StrategyName;
}

/** Decides for a new tenant; the same input always gives the same. */
export function decideForInput(
  input: StrategyWishesInput,
  plan: PlanFacts,
  thresholds: StrategyThresholds,
): StrategyDecision {
  const facts: StrategyFacts = {
    plan,
    override: trimOverride(input),
    compliance: uniqueCompliance(input),
    expectedConcurrentUsers: input.expectedConcurrentUsers ?? null,
    expectedDatabaseBytes: input.expectedDatabaseBytes ?? null,
    databaseSettings: input.databaseSettings.map(({ name }) => name),
  };
  return decideStrategy(facts, thresholds);
}

/** Decides anew from what a tenant's row says. */
export function decideForRow(
  row: Pick<StrategyRow, "override" | "compliance" | "databaseSettings"> &
    Pick<StrategyRow, "expectedConcurrentUsers" | "expectedDatabaseBytes">,
  plan: PlanFacts,
  thresholds: StrategyThresholds,
): StrategyDecision {
  return decideStrategy({ ...row, plan, databaseSettings: Object.keys(row.databaseSettings) }, thresholds);
}

const trimOverride = ({ strategyOverride: wish }: StrategyWishesInput) =>
  wish ? { strategy: wish.strategy, reason: wish.reason.trim() } : null;
// In the order of the enum, each once.
const uniqueCompliance = ({ compliance }: StrategyWishesInput) =>
  (["HIPAA", "SOX", "PCI_DSS"] as const).filter((standard) => compliance.includes(standard));

/** Writes the decision on a tenant of this transaction, once; a spare that was taken has none yet either. */
export async function recordDecision(
  transaction: DatabaseTransaction,
  tenantId: string,
  { input, decision }: { input: StrategyWishesInput; decision: StrategyDecision },
): Promise<void> {
  const settings = input.databaseSettings.map(({ name, value }) => [name, value]);
  const columns = {
    ...decision,
    compliance: uniqueCompliance(input),
    databaseBytes: input.expectedDatabaseBytes ?? null,
    users: input.expectedConcurrentUsers ?? null,
    settings: Object.fromEntries(settings),
    override: trimOverride(input),
  };
  await sql`select platform.record_strategy(${tenantId}::uuid, ${JSON.stringify(columns)}::jsonb)`.execute(
    transaction,
  );
}

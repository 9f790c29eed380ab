import type { ComplianceName, StrategyName, StrategyRuleName } from "../database/tables.ts";

/** What a decision rests on. */
export interface StrategyFacts {
  plan: { name: string; strategy: StrategyName };
  /** An administrator's wish. */
  override: { strategy: StrategyName; reason: string } | null;
  compliance: readonly ComplianceName[];
  expectedConcurrentUsers: number | null;
  expectedDatabaseBytes: number | null;
  /** Names of PostgreSQL settings that were chosen. */
  databaseSettings: readonly string[];
}

/** What a shared server is for at most. */
export interface StrategyThresholds {
  maxSharedConcurrentUsers: number;
  maxSharedDatabaseBytes: number;
}

export interface StrategyDecision {
  strategy: StrategyName;
  rule: StrategyRuleName;
  /** In words, for the customer. */
  reason: string;
}

type Rule = (
  facts: StrategyFacts,
  thresholds: StrategyThresholds,
) => Omit<StrategyDecision, "rule"> | undefined;

const strategyWords = { SHARED: "Shared", DEDICATED: "Dedicated" } as const;
const standardWords: Record<ComplianceName, string> = { HIPAA: "HIPAA", SOX: "SOX", PCI_DSS: "PCI-DSS" };

const dedicated = (because: string) => ({
  strategy: "DEDICATED" as const,
  reason: `Dedicated, because ${because}.`,
});
const listOf = (words: string[]) => new Intl.ListFormat("en").format(words);
const gibibytes = (bytes: number) => `${Number((bytes / 2 ** 30).toFixed(1))} GiB`;

/** SI-5, in its order: the first rule that says something decides. */
const rules: Record<StrategyRuleName, Rule> = {
  MANUAL_OVERRIDE: ({ override }) =>
    override
      ? {
          strategy: override.strategy,
          reason: `${strategyWords[override.strategy]}, because an administrator chose it: ${override.reason}`,
        }
      : undefined,
  COMPLIANCE({ compliance }) {
    if (compliance.length === 0) return undefined;
    const verb = compliance.length === 1 ? "was" : "were";
    return dedicated(`${listOf(compliance.map((standard) => standardWords[standard]))} ${verb} asked for`);
  },
  PERFORMANCE({ expectedConcurrentUsers: users }, { maxSharedConcurrentUsers: most }) {
    if (users === null || users <= most) return undefined;
    return dedicated(`${users} users at once are expected and a shared server is for at most ${most}`);
  },
  DATA_VOLUME({ expectedDatabaseBytes: volume }, { maxSharedDatabaseBytes: most }) {
    if (volume === null || volume <= most) return undefined;
    return dedicated(
      `${gibibytes(volume)} of data are expected and a shared server is for at most ${gibibytes(most)}`,
    );
  },
  DATABASE_SETTINGS({ databaseSettings: names }) {
    if (names.length === 0) return undefined;
    return dedicated(`settings of its own were chosen for the database (${[...names].sort().join(", ")})`);
  },
  PLAN: ({ plan }) =>
    plan.strategy === "SHARED"
      ? { strategy: "SHARED", reason: `Shared, because the ${plan.name} plan uses a shared server.` }
      : dedicated(`the ${plan.name} plan brings a server of its own`),
};

/** Where a tenant's database belongs, by which rule, and why. */
export function decideStrategy(facts: StrategyFacts, thresholds: StrategyThresholds): StrategyDecision {
  for (const [rule, decide] of Object.entries(rules) as [StrategyRuleName, Rule][]) {
    const decision = decide(facts, thresholds);
    if (decision) return { ...decision, rule };
  }
  throw new Error("the plan decides when nothing else does");
}

import type { ComplianceStandard, DatabaseStrategy, StrategyRule } from "../../../generated/graphql.ts";

export const strategyWords: Record<DatabaseStrategy, string> = {
  SHARED: "Shared server, database of its own",
  DEDICATED: "Dedicated server",
};

export const complianceWords: Record<ComplianceStandard, string> = {
  HIPAA: "HIPAA",
  SOX: "SOX",
  PCI_DSS: "PCI-DSS",
};

/** Which of the rules decided. */
export const ruleWords: Record<StrategyRule, string> = {
  MANUAL_OVERRIDE: "Administrator's choice",
  COMPLIANCE: "Compliance",
  PERFORMANCE: "Users at once",
  DATA_VOLUME: "Data volume",
  DATABASE_SETTINGS: "Own settings",
  PLAN: "Plan",
};

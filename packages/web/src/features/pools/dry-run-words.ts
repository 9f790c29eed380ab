interface DryRunAnswer {
  strategy: "SHARED" | "DEDICATED";
  count: number;
  dedicatedServers: number;
  unplaced: number;
  newPools: readonly { name: string; afterCount: number }[];
  placements: readonly { pool: string }[];
}

const countOf = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The answer of a dry run in sentences, the most important first. */
export function describeDryRun(plan: DryRunAnswer): [string, ...string[]] {
  if (plan.strategy === "DEDICATED") {
    return [`Each gets a server of its own: ${countOf(plan.dedicatedServers, "server")} would be made.`];
  }
  const placed = plan.count - plan.unplaced;
  const pools = countOf(plan.placements.length, "pool");
  const summary =
    plan.unplaced > 0
      ? `${plan.unplaced} of ${countOf(plan.count, "instance")} would fit nowhere.`
      : `${countOf(placed, "instance")} would go into ${pools}.`;
  const made = plan.newPools.map(({ name, afterCount }) =>
    afterCount === 0
      ? `${name} would be made before the first of them.`
      : `${name} would be made after the ${afterCount}${ordinal(afterCount)} of them.`,
  );
  return [summary, ...(made.length > 0 ? made : ["No further pool would be made."])];
}

function ordinal(count: number): string {
  const rule = new Intl.PluralRules("en", { type: "ordinal" }).select(count);
  return { one: "st", two: "nd", few: "rd", other: "th", many: "th", zero: "th" }[rule];
}

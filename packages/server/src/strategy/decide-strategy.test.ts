import { expect, it, test } from "vitest";
import { decideStrategy, type StrategyFacts } from "./decide-strategy.ts";

const gibibyte = 2 ** 30;
const thresholds = { maxSharedConcurrentUsers: 50, maxSharedDatabaseBytes: 5 * gibibyte };
const basic: StrategyFacts = {
  plan: { name: "Basic", strategy: "SHARED" },
  override: null,
  compliance: [],
  expectedConcurrentUsers: null,
  expectedDatabaseBytes: null,
  databaseSettings: [],
};
const decide = (facts: Partial<StrategyFacts>) => decideStrategy({ ...basic, ...facts }, thresholds);

/** Everything that speaks for a server of its own, from the strongest rule to the weakest. */
const claims: [rule: string, facts: Partial<StrategyFacts>, reason: string][] = [
  [
    "MANUAL_OVERRIDE",
    { override: { strategy: "SHARED", reason: "A trial of two weeks." } },
    "Shared, because an administrator chose it: A trial of two weeks.",
  ],
  ["COMPLIANCE", { compliance: ["HIPAA"] }, "Dedicated, because HIPAA was asked for."],
  [
    "PERFORMANCE",
    { expectedConcurrentUsers: 51 },
    "Dedicated, because 51 users at once are expected and a shared server is for at most 50.",
  ],
  [
    "DATA_VOLUME",
    { expectedDatabaseBytes: 20.5 * gibibyte },
    "Dedicated, because 20.5 GiB of data are expected and a shared server is for at most 5 GiB.",
  ],
  [
    "DATABASE_SETTINGS",
    { databaseSettings: ["work_mem", "jit"] },
    "Dedicated, because settings of its own were chosen for the database (jit, work_mem).",
  ],
  ["PLAN", {}, "Shared, because the Basic plan uses a shared server."],
];

test.each(claims)("%s decides by itself, and says why", (rule, facts, reason) => {
  expect(decide(facts)).toMatchObject({ rule, reason });
});

test.each(claims.map(([rule], index) => [rule, claims.slice(index)] as const))(
  "%s wins over everything after it",
  (rule, weaker) => {
    expect(decide(Object.assign({}, ...weaker.map(([, facts]) => facts)))).toMatchObject({ rule });
  },
);

it("sends what a plan promises to a server of its own", () => {
  expect(decide({ plan: { name: "Premium", strategy: "DEDICATED" } })).toEqual({
    strategy: "DEDICATED",
    rule: "PLAN",
    reason: "Dedicated, because the Premium plan brings a server of its own.",
  });
});

it("names every standard that was asked for", () => {
  expect(decide({ compliance: ["HIPAA", "SOX", "PCI_DSS"] }).reason).toBe(
    "Dedicated, because HIPAA, SOX, and PCI-DSS were asked for.",
  );
});

it("leaves what just reaches a threshold on a shared server", () => {
  expect(decide({ expectedConcurrentUsers: 50, expectedDatabaseBytes: 5 * gibibyte })).toMatchObject({
    strategy: "SHARED",
    rule: "PLAN",
  });
});

it("lets an administrator keep on a shared server what another rule would move", () => {
  const override = { strategy: "SHARED" as const, reason: "Agreed with the customer." };
  expect(decide({ override, compliance: ["SOX"] })).toMatchObject({
    strategy: "SHARED",
    rule: "MANUAL_OVERRIDE",
  });
});

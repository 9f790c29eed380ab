import { expect, test } from "vitest";
import { describeCounts, sortByVerdict } from "./verdicts.ts";

test("counts say what is proven first, and leave out what there is none of", () => {
  expect(describeCounts({ proven: 15, broken: 0, notEnforced: 5, unknown: 1 })).toBe(
    "15 of 21 proven, 5 not enforced, 1 unknown",
  );
  expect(describeCounts({ proven: 3, broken: 0, notEnforced: 0, unknown: 0 })).toBe("3 of 3 proven");
});

test("the worst claims stand first, and equals keep their order", () => {
  const probes = (["PROVEN", "UNKNOWN", "BROKEN", "NOT_ENFORCED", "UNKNOWN"] as const).map(
    (verdict, key) => ({
      ...{ verdict, key },
    }),
  );
  expect(sortByVerdict(probes).map(({ key }) => key)).toEqual([2, 3, 1, 4, 0]);
});

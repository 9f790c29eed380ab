import { describe, expect, it } from "vitest";
import { canonicalQuantities, findMilli, formatQuantity } from "./quantity.ts";

describe("quantities", () => {
  it.each([
    ["100m", 100n],
    ["0.5", 500n],
    ["1.5Gi", 1_610_612_736_000n],
    ["1e3", 1_000_000n],
    ["2k", 2_000_000n],
    [3, 3_000n],
    ["0.0001", 1n],
    ["-1", -1_000n],
    ["9007199254740993", 9_007_199_254_740_993_000n],
  ])("reads %j exactly", (text, milli) => {
    expect(findMilli(text)).toBe(milli);
  });

  it.each(["", "abc", "1.2.3", "1 Gi", "Gi", ".", null, {}])("refuses %j", (text) => {
    expect(findMilli(text)).toBeUndefined();
  });

  it("writes the canonical form of the same suffix family", () => {
    const map = { cpu: "1000m", memory: "1024Mi", storage: "2000M", odd: "0.5Gi" };
    canonicalQuantities(map);
    expect(map).toEqual({ cpu: "1", memory: "1Gi", storage: "2G", odd: "512Mi" });
    expect(formatQuantity(1_500n, "decimal")).toBe("1500m");
  });
});

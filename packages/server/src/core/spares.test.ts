import { expect, test } from "vitest";
import { parseSpareTargets, resolveSpareTargets } from "./spares.ts";

const application = { versions: ["19", "18"], bundles: ["base", "crm"] };

test("a plan alone means the first version and the first bundle", () => {
  const targets = parseSpareTargets("basic=2, standard:18=1,basic:19:crm=0");
  expect(resolveSpareTargets(targets, application)).toEqual([
    { planCode: "basic", version: "19", bundle: "base", count: 2 },
    { planCode: "standard", version: "18", bundle: "base", count: 1 },
    { planCode: "basic", version: "19", bundle: "crm", count: 0 },
  ]);
});

test("none means no spares", () => {
  expect(parseSpareTargets("none")).toEqual([]);
});

test("the last entry of a kind counts", () => {
  const targets = parseSpareTargets("basic=2,basic:19:base=5");
  expect(resolveSpareTargets(targets, application)).toMatchObject([{ planCode: "basic", count: 5 }]);
});

test.each(["basic", "basic=", "basic=-1", "basic=two", "=3", "basic:=1", "basic=1,", "basic:19:crm:x=1"])(
  "“%s” is refused with the form that is expected",
  (text) => {
    expect(() => parseSpareTargets(text)).toThrow("<plan>=<count>");
  },
);

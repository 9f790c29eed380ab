import { expect, test } from "vitest";
import { pickBundles } from "./bundles.ts";
import { makeOdoo } from "./make-odoo.ts";

test("the chosen bundles are offered in their order, with words and modules", () => {
  const odoo = makeOdoo({ image: () => "odoo:19", bundles: pickBundles(["base", "sales", "crm"]) });
  expect(odoo.bundles).toEqual(["base", "sales", "crm"]);
  expect(odoo.describeBundle("sales")).toMatchObject({
    title: "Sales and accounting",
    modules: ["crm", "sale_management", "account"],
  });
  expect(() => odoo.describeBundle("toString")).toThrow("There is no bundle toString");
});

test("an unknown bundle, or a list that does not begin with base, is refused with the reason", () => {
  expect(() => pickBundles(["base", "crn"])).toThrow("unknown: crn; known are base, crm, sales");
  expect(() => pickBundles(["crm", "base"])).toThrow("the first one must be base");
});

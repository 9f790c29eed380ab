import { expect, test } from "vitest";
import { mapUserErrors } from "./create-form.ts";
import { noWishes } from "./strategy/wishes.ts";

const values = {
  name: "",
  slug: "acme",
  adminEmail: "a@b.test",
  adminPassword: "x",
  planCode: "basic",
  odooVersion: "19",
  wishes: noWishes,
  bundle: "base",
};

test("an error of a field stands at that field, the first one wins", () => {
  const errors = [
    { field: "slug", message: "Taken." },
    { field: "slug", message: "Reserved." },
    { field: "input.adminPassword", message: "Too short." },
  ];
  expect(mapUserErrors(errors, values)).toEqual({
    fields: { slug: "Taken.", adminPassword: "Too short." },
    rest: undefined,
  });
});

test("an error of a wish stands in the advanced part", () => {
  const errors = [{ field: "databaseSettings.0.value", message: "Choose on or off." }];
  expect(mapUserErrors(errors, values)).toEqual({
    fields: { "wishes.databaseSettings": "Choose on or off." },
    rest: undefined,
  });
});

test("an error without a field of this form is not lost", () => {
  const errors = [
    { field: null, message: "One." },
    { field: "organizationId", message: "Two." },
  ];
  expect(mapUserErrors(errors, values)).toEqual({ fields: {}, rest: "One. Two." });
});

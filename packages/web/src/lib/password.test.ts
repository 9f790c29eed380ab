import { expect, test } from "vitest";
import { generatePassword, minPasswordLength, ratePassword } from "./password.ts";

test("a generated password is long, strong and never the same", () => {
  const made = new Set(Array.from({ length: 100 }, () => generatePassword()));
  expect(made.size).toBe(100);
  for (const password of made) expect(password).toMatch(/^[A-HJ-NP-Za-km-z2-9_-]{20}$/);
  expect(ratePassword(generatePassword()).score).toBe(4);
});

test("a password below the minimum says how many characters are missing", () => {
  expect(ratePassword("abc")).toEqual({ score: 1, hint: `${minPasswordLength - 3} more characters needed.` });
});

test("length without variety is not strength", () => {
  expect(ratePassword("aaaaaaaaaaaaaaaaaaaa").score).toBe(2);
});

test("a long phrase of plain words is strong", () => {
  expect(ratePassword("correct horse battery").score).toBe(4);
});

import { expect, test } from "vitest";
import { chooseCredentials } from "./credentials.ts";

const generate = () => "fresh";

test("a password is kept until a later version is asked for, and then chosen once", () => {
  const first = chooseCredentials(undefined, 1, () => "first");
  expect(chooseCredentials(first.secretValues, 1, generate)).toEqual(first);
  const second = chooseCredentials(first.secretValues, 2, generate);
  expect(second.password).toBe("fresh");
  expect(chooseCredentials(second.secretValues, 2, () => "another")).toEqual(second);
});

test("a Secret of before there were versions holds the first", () => {
  const old = { "database-password": "old" };
  expect(chooseCredentials(old, 1, generate).password).toBe("old");
  expect(chooseCredentials(old, 2, generate).password).toBe("fresh");
});

import { expect, test } from "vitest";
import { parseCallbackLink } from "./callback-link.ts";

const parse = (rest: string) => parseCallbackLink(new URL(`https://example.test/auth/callback${rest}`));

test("a confirmation link brings tokens in the fragment", () => {
  expect(parse("#access_token=a&refresh_token=r&type=signup")).toEqual({
    kind: "tokens",
    accessToken: "a",
    refreshToken: "r",
    isRecovery: false,
  });
});

test("a recovery link is recognised, so that a new password is asked for", () => {
  expect(parse("#access_token=a&refresh_token=r&type=recovery")).toMatchObject({ isRecovery: true });
});

test("a code in the query is exchanged", () => {
  expect(parse("?code=abc")).toMatchObject({ kind: "code", code: "abc" });
});

test("a used link carries the reason, whatever else stands in the address", () => {
  expect(
    parse("?code=abc#error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid"),
  ).toEqual({ kind: "problem", code: "otp_expired", description: "Email link is invalid" });
});

test("an address without anything is told apart", () => {
  expect(parse("")).toEqual({ kind: "nothing" });
});

import { expect, test } from "vitest";
import { findSlugProblem, normalizeSlug, suggestSlug } from "./slug-hint.ts";

test.each(["acme", "acme-ltd", "a1b", "x".repeat(63)])("%s is worth asking the server for", (slug) => {
  expect(findSlugProblem(slug)).toBeUndefined();
});

test.each(["", "ab", "x".repeat(64), "müller", "a.b", "-acme", "acme-", "a--b", "xn--abc", "a'b;drop"])(
  "%s is refused before the server is asked",
  (slug) => {
    expect(findSlugProblem(slug)).toMatch(/\w/);
  },
);

test("typing is forgiven: upper case, spaces and underscores", () => {
  expect(normalizeSlug("  Acme Ltd_2 ")).toBe("acme-ltd-2");
});

test("a display name suggests a subdomain that is not refused", () => {
  expect(suggestSlug("Müller & Söhne GmbH.")).toBe("muller-sohne-gmbh");
  expect(findSlugProblem(suggestSlug("Čoko — láda!"))).toBeUndefined();
});

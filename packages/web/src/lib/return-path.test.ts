import { expect, test } from "vitest";
import { buildSignInPath, readReturnPath } from "./return-path.ts";

test("a guarded page is found again after signing in", () => {
  const path = "/instances/abc%3D?tab=1";
  expect(readReturnPath(new URL(buildSignInPath(path), "https://x.test").search)).toBe(path);
});

test.each(["//evil.test", "/\\evil.test", "https://evil.test", "javascript:alert(1)", ""])(
  "an address outside this site is not followed: %s",
  (next) => {
    expect(readReturnPath(`?next=${encodeURIComponent(next)}`)).toBe("/dashboard");
  },
);

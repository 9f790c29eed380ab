import { expect, test } from "vitest";
import { describeRemoval } from "./healing-words.ts";

const at = "2026-01-01T12:00:00.000Z";
const nowMs = Date.parse(at);

test("an orphan waits, is being removed, or is left to people", () => {
  expect(describeRemoval(at, nowMs - 1).words).toBe("Waits");
  expect(describeRemoval(at, nowMs).words).toBe("Being removed");
  expect(describeRemoval(null, nowMs).words).toBe("By hand only");
});

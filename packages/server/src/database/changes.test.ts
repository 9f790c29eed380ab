import { expect, test } from "vitest";
import type { ChangeTopic } from "../core/ports.ts";
import { buildPayloads } from "./changes.ts";

test("topics are packed into as few notifications as PostgreSQL's limit allows, none lost", () => {
  const topics = Array.from(
    { length: 1_000 },
    (_, n): ChangeTopic => `tenant:${String(n).padStart(36, "0")}`,
  );
  const payloads = buildPayloads(topics);
  expect(payloads.every((payload) => payload.length <= 7_900)).toBe(true);
  expect(payloads).toHaveLength(Math.ceil(1_000 / Math.floor(7_901 / 44)));
  expect(payloads.flatMap((payload) => payload.split(" "))).toEqual(topics);
  expect(buildPayloads([])).toEqual([]);
});

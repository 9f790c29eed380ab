import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeSchema, printContract } from "./schema.ts";

test("schema.graphql is what the code says; run `pnpm schema` after a change", () => {
  const contract = readFileSync(new URL("../../../../schema.graphql", import.meta.url), "utf8");
  expect(contract).toBe(printContract(makeSchema()));
});

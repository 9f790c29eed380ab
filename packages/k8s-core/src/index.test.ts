import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

// Spelt so that this file does not hold it either.
const applicationName = ["o", "doo"].join("");

it("knows no application by its name", () => {
  const folder = import.meta.dirname;
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  expect(sources.length).toBeGreaterThan(20);
  const guilty = sources.filter((path) =>
    readFileSync(join(folder, path), "utf8").toLowerCase().includes(applicationName),
  );
  expect(guilty).toEqual([]);
});

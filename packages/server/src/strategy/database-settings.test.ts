import { expect, it, test } from "vitest";
import { buildServerSettings, databaseSettingChoices, findSettingProblem } from "./database-settings.ts";

test.each([
  ["work_mem", "32"],
  ["random_page_cost", "1.1"],
  ["jit", "off"],
  ["statement_timeout", "30"],
])("%s may be %s", (name, value) => {
  expect(findSettingProblem(name, value)).toBeUndefined();
});

test.each([
  ["work_mem", "65", "Choose a whole number from 1 to 64 (MB)."],
  ["work_mem", "0", "Choose a whole number from 1 to 64 (MB)."],
  ["work_mem", "1.5", "Choose a whole number from 1 to 64 (MB)."],
  ["work_mem", "32MB", "Choose a whole number from 1 to 64 (MB)."],
  ["random_page_cost", "1e1", "Choose a number from 1 to 10."],
  ["random_page_cost", "-1", "Choose a number from 1 to 10."],
  ["jit", "1", "Choose on or off."],
  ["jit", "on -c fsync=off", "Choose on or off."],
  ["work_mem", "32\u0000", "Choose a whole number from 1 to 64 (MB)."],
  ["fsync", "off", "This setting cannot be chosen."],
  ["shared_preload_libraries", "evil", "This setting cannot be chosen."],
  ["archive_command", "true", "This setting cannot be chosen."],
  ["constructor", "1", "This setting cannot be chosen."],
])("%s may not be %j", (name, value, problem) => {
  expect(findSettingProblem(name, value)).toBe(problem);
});

it("writes what was chosen as PostgreSQL reads it, and drops what is not allowed", () => {
  const settings = { work_mem: "32", jit: "off", random_page_cost: "1.1", fsync: "off" };
  expect(buildServerSettings(settings)).toEqual({ work_mem: "32MB", jit: "off", random_page_cost: "1.1" });
});

it("has bounds that allow something, and words for everything", () => {
  for (const { name, min, max, description } of databaseSettingChoices) {
    expect(min, name).toBeLessThan(max);
    expect(description, name).toMatch(/^[A-Z].*\.$/);
  }
});

import { expect, test } from "vitest";
import { parseAppConfig } from "./app-config.ts";

const whole = {
  supabaseUrl: "http://localhost:54321",
  supabaseAnonKey: "key",
  baseDomain: "localhost",
  tenantUrlPattern: "http://{slug}.localhost:8080",
  version: "0.1.0",
};

test("a whole configuration is taken, without what the page does not know", () => {
  expect(parseAppConfig({ ...whole, secret: "x" })).toEqual(whole);
});

test("every missing value is named at once", () => {
  expect(() => parseAppConfig({ ...whole, baseDomain: "", version: 1 })).toThrow(/baseDomain, version/);
});

test("a page of HTML instead of the configuration is refused", () => {
  expect(() => parseAppConfig("<!doctype html>")).toThrow(/supabaseUrl/);
});

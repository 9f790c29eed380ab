import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ConfigError, loadConfig } from "./config.ts";

const directory = mkdtempSync(join(tmpdir(), "config-"));
afterAll(() => rmSync(directory, { recursive: true }));
const localFile = join(directory, "none.env");

const complete = {
  APP_ENV: "sandbox",
  DATABASE_URL: "postgres://owner:x@127.0.0.1/p",
  DATABASE_API_URL: "postgres://platform_api:x@127.0.0.1/p",
  DATABASE_WORKER_URL: "postgres://platform_worker:x@127.0.0.1/p",
  SUPABASE_ANON_KEY: "anon",
  SUPABASE_SERVICE_ROLE_KEY: "service",
  IDEMPOTENCY_SECRET: "0123456789abcdef",
};

test("a complete environment is accepted with the defaults of its files", () => {
  const config = loadConfig({ environment: complete, localFile });
  expect(config).toMatchObject({ PORT: 4000, ROLES: ["api", "reconciler"], BASE_DOMAIN: "localhost" });
});

test("the real environment wins over the local file, and that over the environment's file", () => {
  const file = join(directory, "local.env");
  writeFileSync(file, "PORT=5000\nLOG_LEVEL=debug\nBASE_DOMAIN=example.test\n");
  const config = loadConfig({ environment: { ...complete, PORT: "6000" }, localFile: file });
  expect(config).toMatchObject({ PORT: 6000, LOG_LEVEL: "debug", BASE_DOMAIN: "example.test" });
});

test("every fault is listed at once, without the values", () => {
  const environment = {
    APP_ENV: "sandbox",
    PORT: "99999",
    ROLES: "api,cook",
    DATABASE_URL: "mysql://secret",
    IDEMPOTENCY_SECRET: "short",
  };
  const attempt = () => loadConfig({ environment, localFile });
  expect(attempt).toThrow(ConfigError);
  try {
    attempt();
  } catch (error) {
    const { faults, message } = error as ConfigError;
    expect(faults.map((fault) => fault.split(":")[0]).sort()).toEqual([
      "DATABASE_API_URL",
      "DATABASE_URL",
      "DATABASE_WORKER_URL",
      "IDEMPOTENCY_SECRET",
      "PORT",
      "ROLES",
      "SUPABASE_ANON_KEY",
      "SUPABASE_SERVICE_ROLE_KEY",
    ]);
    expect(message).toContain("SUPABASE_ANON_KEY: is missing");
    expect(message).not.toContain("mysql://secret");
  }
});

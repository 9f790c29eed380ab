import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));

function run(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", main], {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

test("a configuration with several faults lists all of them, without a stack, and exits with 78", async () => {
  const { code, output } = await run({ APP_ENV: "sandbox", PORT: "no port", BASE_DOMAIN: "Not A Domain" });
  expect(code).toBe(78);
  for (const name of ["PORT", "BASE_DOMAIN", "DATABASE_URL", "SUPABASE_ANON_KEY", "IDEMPOTENCY_SECRET"]) {
    expect(output).toContain(`  - ${name}: `);
  }
  expect(output).not.toMatch(/^\s+at /m);
});

test("a database that cannot be reached is named, and the server exits with 1", async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve)); // free, so that nobody answers there
  const urlOf = (role: string) => `postgres://${role}:x@127.0.0.1:${port}/p`;
  const { code, output } = await run({
    APP_ENV: "sandbox",
    DATABASE_URL: urlOf("owner"),
    DATABASE_API_URL: urlOf("platform_api"),
    DATABASE_WORKER_URL: urlOf("platform_worker"),
    SUPABASE_ANON_KEY: "anon",
    SUPABASE_SERVICE_ROLE_KEY: "service",
    IDEMPOTENCY_SECRET: "0123456789abcdef",
  });
  expect(code).toBe(1);
  expect(output).toContain("cannot start");
  expect(output).toContain(`127.0.0.1:${port}`);
});

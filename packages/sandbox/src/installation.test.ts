import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { claimInstallation, loadSecrets } from "./installation.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sandbox-installation-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("makes its secrets once, different ones, readable by their owner only", async () => {
  const secrets = await loadSecrets(dir);
  expect(await loadSecrets(dir)).toEqual(secrets);
  expect(new Set(Object.values(secrets)).size).toBe(Object.keys(secrets).length);
  expect(statSync(join(dir, "secrets.json")).mode & 0o777).toBe(0o600);
});

it("lets one sandbox at a time have a folder, and forgets nothing of a running one", async () => {
  await loadSecrets(dir);
  const release = await claimInstallation(dir, false);
  await expect(claimInstallation(dir, true)).rejects.toThrow(/Another sandbox \(process \d+\) runs in/);
  expect(existsSync(join(dir, "secrets.json"))).toBe(true);
  await release();
  await (await claimInstallation(dir, true))();
  expect(existsSync(join(dir, "secrets.json"))).toBe(false);
});

it("takes over from a sandbox that died without giving the folder back", async () => {
  writeFileSync(
    join(dir, "sandbox.lock"),
    JSON.stringify({ pid: process.pid, startTime: "another process" }),
  );
  const release = await claimInstallation(dir, false);
  await release();
});

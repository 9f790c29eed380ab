import { randomUUID } from "node:crypto";
import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { buildApp } from "./support/build-app.ts";
import { callKubernetes } from "./support/kubernetes.ts";

const graceSeconds = 8;
let sandbox: RunningSandbox;
let browser: Browser;

beforeAll(async () => {
  await buildApp();
  [sandbox, browser] = await Promise.all([
    startSandbox({
      run: "tsx packages/server/src/main.ts",
      env: { ORPHAN_GRACE_SECONDS: String(graceSeconds), SPARES: "none" },
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await sandbox?.stop();
});

async function openAs(login: { email: string; password: string }): Promise<Page> {
  const context = await browser.newContext();
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto(`${sandbox.access.web}/admin/drift`);
  await page.getByLabel("E-mail").fill(login.email);
  await page.getByRole("textbox", { name: "Password" }).fill(login.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  return page;
}

test("an administrator sees that nothing is wrong, then what belongs to nobody, until it is removed", async () => {
  const page = await openAs(sandbox.access.admin);
  await page.getByRole("heading", { name: "Drift and orphans" }).waitFor();
  await page.getByText("All as the platform made it").waitFor();
  await page.getByText("Nothing is left over").waitFor();

  const tenantId = randomUUID();
  const name = `tenant-${tenantId}`;
  const labels = { "app.kubernetes.io/managed-by": "saas-kit", "saas-kit/tenant": tenantId };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  await callKubernetes(sandbox.access.kubeconfig, "/api/v1/namespaces", { method: "POST", body: namespace });
  const row = page.getByRole("row").filter({ hasText: name });
  await row.getByText("There is no instance of this id.").filter({ visible: true }).waitFor();
  await row.getByText("Namespace").waitFor();
  await row.waitFor({ state: "detached", timeout: 60_000 });
  await expect(callKubernetes(sandbox.access.kubeconfig, `/api/v1/namespaces/${name}`)).rejects.toThrow(
    "404",
  );
  await page.getByText("Nothing is left over").waitFor();
});

test("a customer finds no such page, and no link to it", async () => {
  const page = await openAs(sandbox.access.customer);
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
  await page.goto(`${sandbox.access.web}/dashboard`);
  await page.getByRole("link", { name: "Dashboard" }).waitFor();
  expect(await page.getByRole("link", { name: "Drift and orphans" }).count()).toBe(0);
});

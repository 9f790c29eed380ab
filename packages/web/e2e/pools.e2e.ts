import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { buildApp } from "./support/build-app.ts";

let sandbox: RunningSandbox;
let browser: Browser;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  await buildApp();
  [sandbox, browser] = await Promise.all([
    startSandbox({ run: "tsx packages/server/src/main.ts", env: { POOL_MEASURE_SECONDS: "2" } }),
    launchBrowser(),
  ]);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(30_000);
  page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) faults.push(message.text());
  });
});

afterAll(async () => {
  await browser?.close();
  await sandbox?.stop();
});

const findPool = (name: string) => page.getByRole("article", { name, exact: true });

/** For a look at the pages by eye; only when a folder is named. */
async function photograph(name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

/** Chooses an action of a pool's menu and confirms it. */
async function change(pool: string, action: string, confirm: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${pool}` }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
  const dialog = page.getByRole("dialog");
  const field = dialog.getByLabel("to confirm");
  if (await field.isVisible()) {
    expect(await dialog.getByRole("button", { name: confirm }).isDisabled()).toBe(true);
    await field.fill(pool);
  }
  await dialog.getByRole("button", { name: confirm }).click();
  await dialog.waitFor({ state: "detached" });
}

test("an administrator sees the first pool come up, measured, with its templates", async () => {
  await page.goto(`${sandbox.access.web}/admin/pools`);
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  await page.getByLabel("E-mail").fill(sandbox.access.admin.email);
  await page.getByRole("textbox", { name: "Password" }).fill(sandbox.access.admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Database pools" }).waitFor();
  const first = findPool("postgres-shared-1");
  await first.locator('[data-state="ACTIVE"]').waitFor({ timeout: 90_000 });
  await first.getByText("Measured").waitFor();
  await first.getByRole("button", { name: "Templates and instances" }).click();
  for (const bundle of ["base", "crm", "sales"]) await first.getByText(`Odoo 19, ${bundle}`).waitFor();
  await expect.poll(() => first.getByText("Ready", { exact: true }).count(), { timeout: 60_000 }).toBe(3);
  await first.getByText("Nobody lives here.").waitFor();
});

test("an instance is created with apps of its bundle, and lives in the pool", async () => {
  await page.getByRole("link", { name: "New instance" }).first().click();
  await page.getByLabel("Name").fill("Bundled Ltd.");
  await page.getByText("is free.").waitFor();
  expect(await page.getByRole("radio", { name: "Odoo, bare" }).isChecked()).toBe(true);
  await page.getByRole("radio", { name: "Sales and accounting" }).check();
  await page.getByRole("button", { name: "Generate" }).click();
  await photograph("new-instance");
  await page.getByRole("button", { name: "Create the instance" }).click();
  await page.getByRole("heading", { name: "Bundled Ltd." }).waitFor();
  await page.locator('[data-state="RUNNING"]').getByText("Running").waitFor({ timeout: 60_000 });
  await page.getByText("sales", { exact: true }).waitFor();
  await page.getByText("It was the only pool with room").waitFor();
  await photograph("instance");

  await page.getByRole("link", { name: "Database pools" }).click();
  const first = findPool("postgres-shared-1");
  await first.getByText("1 of 50", { exact: true }).waitFor();
  await first.getByRole("button", { name: "Templates and instances" }).click();
  await first.getByRole("link", { name: "bundled-ltd" }).waitFor();
  await photograph("pools-wide");
});

test("a pool is added, cordoned and opened again, and everything shows live", async () => {
  await page.getByRole("button", { name: "Add a pool" }).click();
  await page.getByText("postgres-shared-2 is being made").waitFor();
  const second = findPool("postgres-shared-2");
  await second.locator('[data-state="ACTIVE"]').waitFor({ timeout: 90_000 });
  await change("postgres-shared-2", "Cordon", "Cordon it");
  await second.locator('[data-state="CORDONED"]').waitFor();
  await second.getByText("takes no new ones").waitFor();
  await photograph("pools-cordoned");
  await change("postgres-shared-2", "Open again", "Open it");
  await second.locator('[data-state="ACTIVE"]').waitFor();
});

test("a dry run says where forty standard instances would go and when a pool would be made", async () => {
  const form = page.getByRole("region", { name: "Dry run" });
  await form.getByRole("button", { name: "Try it" }).click();
  await form.getByText("40 instances would go into").waitFor();
  await form.getByText("postgres-shared-3 would be made after").waitFor();
  await form.getByRole("textbox", { name: "Instances" }).fill("1");
  await form.getByRole("button", { name: "Try it" }).click();
  await form.getByText("1 instance would go into 1 pool.").waitFor();
  await form.getByText("No further pool would be made.").waitFor();
  await form.getByRole("textbox", { name: "Instances" }).fill("0");
  await form.getByText("A number from 1 to 500.").waitFor();
  await photograph("dry-run");
});

test("a drained, empty pool is removed for good after its name was typed; one with instances is not", async () => {
  await change("postgres-shared-2", "Drain", "Drain it");
  await findPool("postgres-shared-2").locator('[data-state="DRAINING"]').waitFor();
  await change("postgres-shared-2", "Remove", "Remove for good");
  await findPool("postgres-shared-2").waitFor({ state: "detached", timeout: 60_000 });
  await change("postgres-shared-1", "Drain", "Drain it");
  await page.getByRole("button", { name: "Actions for postgres-shared-1" }).click();
  const remove = page.getByRole("menuitem", { name: "Remove (not empty yet)" });
  await remove.waitFor();
  expect(await remove.isDisabled()).toBe(true);
  await page.keyboard.press("Escape");
  await change("postgres-shared-1", "Open again", "Open it");
});

test("the page works on a narrow screen, and somebody else does not find it", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await findPool("postgres-shared-1").waitFor();
  // The layout follows the window a moment later.
  const isWider = () => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  await expect.poll(isWider, { timeout: 10_000 }).toBe(false);
  await photograph("pools-narrow");

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(`${sandbox.access.web}/admin/pools`);
  await stranger.getByLabel("E-mail").fill(sandbox.access.customer.email);
  await stranger.getByRole("textbox", { name: "Password" }).fill(sandbox.access.customer.password);
  await stranger.getByRole("button", { name: "Sign in" }).click();
  await stranger.getByRole("heading", { name: "found" }).waitFor();
  expect(faults).toEqual([]);
});

import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { buildApp } from "./support/build-app.ts";

let sandbox: RunningSandbox;
let browser: Browser;
let customer: Page;
let admin: Page;
const faults: string[] = [];
/** Where to put pictures of the pages; absent: none are taken. */
const pictures = process.env.E2E_PICTURES;

async function openPage(context: BrowserContext): Promise<Page> {
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  return page;
}

async function signIn(page: Page, login: { email: string; password: string }): Promise<void> {
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  await page.getByLabel("E-mail").fill(login.email);
  await page.getByRole("textbox", { name: "Password" }).fill(login.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const picture = async (page: Page, name: string) => {
  if (!pictures) return;
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: `${pictures}/${name}-narrow.png`, fullPage: true });
  await page.setViewportSize({ width: 1280, height: 900 });
};
const databaseCard = (page: Page) => page.getByRole("region", { name: "Database" });

beforeAll(async () => {
  await buildApp();
  [sandbox, browser] = await Promise.all([
    startSandbox({ run: "tsx packages/server/src/main.ts" }),
    launchBrowser(),
  ]);
  customer = await openPage(await browser.newContext({ viewport: { width: 1280, height: 900 } }));
  admin = await openPage(await browser.newContext({ viewport: { width: 1280, height: 900 } }));
});

afterAll(async () => {
  await browser?.close();
  await sandbox?.stop();
});

test("the form says where the database will live, and why, before anything is ordered", async () => {
  await customer.goto(`${sandbox.access.web}/instances/new`);
  await signIn(customer, sandbox.access.customer);
  await customer.getByText("Shared, because the Basic plan uses a shared server.").waitFor();
  await customer.getByText("Premium", { exact: true }).click();
  await customer.getByText("Dedicated, because the Premium plan brings a server of its own.").waitFor();
  await customer.getByText("Basic", { exact: true }).click();
  expect(await customer.getByRole("checkbox", { name: "HIPAA" }).isVisible()).toBe(false);
  await customer.getByRole("button", { name: "Advanced" }).click();
  await customer.getByRole("checkbox", { name: "HIPAA" }).check();
  await customer.getByText("Dedicated, because HIPAA was asked for.").waitFor();
});

test("a setting from the safe list is added by keyboard and kept within its bounds", async () => {
  const add = customer.getByRole("combobox", { name: "PostgreSQL settings" });
  await add.focus();
  await add.fill("work_mem");
  await customer.keyboard.press("ArrowDown");
  await customer.keyboard.press("Enter");
  const field = customer.getByRole("textbox", { name: "work_mem", exact: true });
  await field.fill("9999");
  await field.press("Tab");
  expect(await field.inputValue()).toBe("64 MB");
  await field.fill("32");
  await picture(customer, "strategy-form");
});

test("an instance under HIPAA gets a server of its own, and its page says why", async () => {
  await customer.getByLabel("Name").fill("Clinic");
  await customer.getByText("is free.").waitFor();
  await customer.getByRole("button", { name: "Generate" }).click();
  await customer.getByRole("button", { name: "Create the instance" }).click();
  await customer.getByText("Starting its own database server").waitFor();
  await customer.locator('[data-state="RUNNING"]').getByText("Running").waitFor({ timeout: 90_000 });
  const card = databaseCard(customer);
  await card.getByText("Dedicated server").waitFor();
  await card.getByText("Dedicated, because HIPAA was asked for.").waitFor();
  await card.getByText("work_mem = 32").waitFor();
  await customer.getByText("Database server is running").waitFor();
  expect(await card.getByRole("button", { name: "Override" }).count()).toBe(0);
  await picture(customer, "strategy-instance");
});

test("an administrator overrides with a reason, which the customer reads beside what it means for now", async () => {
  await admin.goto(customer.url());
  await signIn(admin, sandbox.access.admin);
  await databaseCard(admin).getByRole("button", { name: "Override" }).click();
  const dialog = admin.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Override", exact: true });
  expect(await confirm.isDisabled()).toBe(true);
  await dialog.getByRole("radio", { name: "Shared server" }).check();
  await dialog.getByLabel("Reason").fill("It is only a trial.");
  await confirm.click();
  await dialog.getByText("A shared server takes no settings of one tenant").waitFor();
  await picture(admin, "strategy-override");
  await dialog.getByRole("radio", { name: "Dedicated server" }).check();
  await dialog.getByLabel("Reason").fill("It holds patients' records.");
  await confirm.click();
  await dialog.waitFor({ state: "detached" });
  const reason = "Dedicated, because an administrator chose it: It holds patients' records.";
  await databaseCard(customer).getByText(reason).waitFor();
  await databaseCard(admin).getByText(sandbox.access.admin.email).waitFor();
  expect(await databaseCard(customer).getByText(sandbox.access.admin.email).count()).toBe(0);
});

test("what an override cannot do yet is said to the customer, and taken back when it is withdrawn", async () => {
  await customer.goto(`${sandbox.access.web}/instances/new`);
  await customer.getByLabel("Name").fill("Shop");
  await customer.getByText("is free.").waitFor();
  await customer.getByRole("button", { name: "Generate" }).click();
  await customer.getByRole("button", { name: "Create the instance" }).click();
  await customer.locator('[data-state="RUNNING"]').getByText("Running").waitFor({ timeout: 90_000 });
  await admin.goto(customer.url());
  await databaseCard(admin).getByRole("button", { name: "Override" }).click();
  await admin.getByRole("dialog").getByLabel("Reason").fill("It grows.");
  await admin.getByRole("dialog").getByRole("button", { name: "Override", exact: true }).click();
  await databaseCard(customer).getByText("Today it would be placed elsewhere").waitFor();
  await databaseCard(customer).getByText("not possible yet").waitFor();
  await databaseCard(customer).getByText("Shared, because the Basic plan uses a shared server.").waitFor();
  await picture(customer, "strategy-advice");
  await databaseCard(admin).getByRole("button", { name: "Override" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Take it back" }).click();
  await databaseCard(customer).getByText("Today it would be placed elsewhere").waitFor({ state: "detached" });
});

test("no page has thrown", () => {
  expect(faults).toEqual([]);
});

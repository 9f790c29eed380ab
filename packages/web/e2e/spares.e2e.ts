import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { buildApp } from "./support/build-app.ts";

let sandbox: RunningSandbox;
let browser: Browser;
let customer: Page;
let admin: Page;

beforeAll(async () => {
  await buildApp();
  [sandbox, browser] = await Promise.all([
    startSandbox({ run: "tsx packages/server/src/main.ts", env: { SPARES: "basic=1" } }),
    launchBrowser(),
  ]);
  [customer, admin] = [await browser.newPage(), await browser.newPage()];
  for (const page of [customer, admin]) page.setDefaultTimeout(60_000);
});

afterAll(async () => {
  await browser?.close();
  await sandbox?.stop();
});

async function openAs(page: Page, login: { email: string; password: string }, path: string): Promise<void> {
  await page.goto(`${sandbox.access.web}${path}`);
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  await page.getByLabel("E-mail").fill(login.email);
  await page.getByRole("textbox", { name: "Password" }).fill(login.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const stock = (text: string) => admin.getByRole("region", { name: "Warm spares" }).getByText(text);

test("an administrator sees the stock of spares fill up, and no spare among the instances", async () => {
  await openAs(admin, sandbox.access.admin, "/admin/pools");
  await stock("1 of 1").waitFor({ timeout: 90_000 });
  await admin.getByRole("link", { name: "All instances" }).click();
  await admin.getByText("Nothing fits").waitFor();
});

test("a customer's new instance takes the spare, says so, and the stock fills up again", async () => {
  await openAs(customer, sandbox.access.customer, "/instances/new");
  await customer.getByLabel("Name").fill("Quick Ltd.");
  await customer.getByLabel("Subdomain").fill("quick");
  await customer.getByText("is free.").waitFor();
  await customer.getByRole("button", { name: "Generate" }).click();
  await customer.getByRole("button", { name: "Create the instance" }).click();
  await customer.locator('[data-state="RUNNING"]').getByText("Running").waitFor();
  await customer.getByText("Done in").waitFor();
  // It may have been done before the page was there: then the steps are folded.
  const note = customer.getByText("A prepared instance was taken.");
  if (!(await note.isVisible())) await customer.getByText("Done in").click();
  await note.waitFor();
  await admin.getByRole("link", { name: "quick", exact: true }).waitFor();
  await admin.getByText("1 of 1 shown").waitFor();
  await admin.getByRole("link", { name: "Database pools" }).click();
  await stock("1 of 1").waitFor({ timeout: 90_000 });
});

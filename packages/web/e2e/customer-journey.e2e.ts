import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { buildApp } from "./support/build-app.ts";
import { waitForMailLink } from "./support/mailbox.ts";
import { watchSteps } from "./support/watch-steps.ts";

const email = "ada@customer.test";
const password = "a-Long-passphrase-42";
const slug = "journey";
const creationSteps =
  "ACCEPTED PLACEMENT NAMESPACE ISOLATION SECRETS DATABASE IDENTITY WORKLOAD ROUTE READY".split(" ");

let sandbox: RunningSandbox;
let browser: Browser;
let customer: Page;
let admin: Page;
let odooPassword = "";
const faults: string[] = [];

async function openPage(context: BrowserContext): Promise<Page> {
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) faults.push(message.text());
  });
  return page;
}

async function signIn(page: Page, login: { email: string; password: string }): Promise<void> {
  // The page before has such a field as well, and is still there for a moment.
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  await page.getByLabel("E-mail").fill(login.email);
  await page.getByRole("textbox", { name: "Password" }).fill(login.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const findAdminRow = () =>
  admin.getByRole("row").filter({ has: admin.getByRole("link", { name: slug, exact: true }) });

beforeAll(async () => {
  await buildApp();
  [sandbox, browser] = await Promise.all([
    startSandbox({ run: "tsx packages/server/src/main.ts" }),
    launchBrowser(),
  ]);
  customer = await openPage(await browser.newContext());
  admin = await openPage(await browser.newContext({ colorScheme: "dark" }));
});

afterAll(async () => {
  await browser?.close();
  await sandbox?.stop();
});

test("somebody signs up, confirms by the link in the mail and lands on the dashboard", async () => {
  await customer.goto(sandbox.access.web);
  await customer.getByRole("link", { name: "Create an account" }).click();
  await customer.getByLabel("E-mail").fill(email);
  await customer.getByRole("textbox", { name: "Password" }).fill(password);
  await customer.getByRole("checkbox").check();
  await customer.getByRole("button", { name: "Create account" }).click();
  await customer.getByRole("heading", { name: "Check your mail" }).waitFor();

  await customer.goto(await waitForMailLink(sandbox.access.mail, email));
  await customer.getByRole("heading", { name: "Your instances" }).waitFor();
  await customer.getByText("No instances yet").waitFor();
  await expect.poll(() => customer.title()).toContain("Dashboard");
});

test("an administrator is sent to the sign-in page and back to the table of all instances", async () => {
  await admin.goto(`${sandbox.access.web}/admin/instances`);
  await signIn(admin, sandbox.access.admin);
  await admin.getByRole("heading", { name: "All instances" }).waitFor();
  expect(await findAdminRow().count()).toBe(0);
});

test("a subdomain that is reserved or malformed is refused while typing", async () => {
  await customer.getByRole("link", { name: "New instance" }).first().click();
  const field = customer.getByLabel("Subdomain");
  await field.fill("müller");
  await customer.getByText("letters a to z").waitFor();
  await field.fill("www");
  await customer.locator("[data-error]").first().waitFor();
});

test("a new instance is created, every step arrives live, and the administrator sees it at once", async () => {
  await customer.getByLabel("Name").fill("Journey Ltd.");
  await customer.getByLabel("Subdomain").fill(slug);
  await customer.getByText("is free.").waitFor();
  expect(await customer.getByLabel("Administrator's e-mail").inputValue()).toBe(email);
  await customer.getByRole("button", { name: "Generate" }).click();
  odooPassword = await customer.getByRole("textbox", { name: "Administrator's password" }).inputValue();
  const readSeen = await watchSteps(customer);
  await customer.getByRole("button", { name: "Create the instance" }).click();

  await customer.getByRole("heading", { name: "Journey Ltd." }).waitFor();
  await customer.locator('[data-state="RUNNING"]').getByText("Running").waitFor({ timeout: 60_000 });
  await findAdminRow().getByText("Running").waitFor();
  await customer.getByText("Done in").waitFor();
  const seen = await readSeen();
  for (const step of creationSteps) expect(seen).toContain(`${step} SUCCEEDED`);
  expect(seen, "the last step was shown before it was done").toContain("READY PENDING");
});

test("the instance opens at its address, and its administrator signs in there", async () => {
  const opened = customer.context().waitForEvent("page");
  await customer.getByRole("link", { name: "Open Odoo" }).click();
  const odoo = await opened;
  expect(new URL(odoo.url()).hostname).toBe(`${slug}.localhost`);
  await odoo.locator("input[name=login]").fill(email);
  await odoo.locator("input[name=password]").fill(odooPassword);
  await odoo.getByRole("button", { name: "Log in" }).click();
  await odoo.getByText("Signed in as").waitFor();
  await odoo.close();
});

test("the instance is deleted after its subdomain was typed, and everybody sees it go", async () => {
  await customer.getByRole("button", { name: "Manage" }).click();
  await customer.getByRole("menuitem", { name: "Delete…" }).click();
  const confirm = customer.getByRole("button", { name: "Delete for good" });
  expect(await confirm.isDisabled()).toBe(true);
  await customer.getByLabel("to confirm").fill(slug);
  await confirm.click();
  await customer.getByText("Journey Ltd. is deleted").waitFor({ timeout: 60_000 });
  await customer.getByText("No instances yet").waitFor();
  await findAdminRow().waitFor({ state: "detached" });
});

test("signing out in one tab ends the session in the others", async () => {
  const second = await openPage(customer.context());
  await second.goto(`${sandbox.access.web}/dashboard`);
  await second.getByText("No instances yet").waitFor();
  await customer.getByRole("button", { name: `Account ${email}` }).click();
  await customer.getByRole("menuitem", { name: "Sign out" }).click();
  await customer.getByRole("heading", { name: "Sign in" }).waitFor();
  await second.getByRole("heading", { name: "Sign in" }).waitFor();
});

test("a forgotten password is replaced through the mail, and its link works once", async () => {
  await customer.getByRole("link", { name: "Forgot your password?" }).click();
  await customer.getByRole("heading", { name: "Forgot your password?" }).waitFor();
  await customer.getByLabel("E-mail").fill(email);
  await customer.getByRole("button", { name: "Send me a link" }).click();
  await customer.getByRole("heading", { name: "Check your mail" }).waitFor();
  const link = await waitForMailLink(sandbox.access.mail, email, 2);
  await customer.goto(link);
  await customer.getByRole("textbox", { name: "New password" }).fill(`${password}-new`);
  await customer.getByRole("button", { name: "Set the password" }).click();
  await customer.getByRole("heading", { name: "Your instances" }).waitFor();

  const stranger = await openPage(await browser.newContext());
  await stranger.goto(link);
  await stranger.getByText("expired or was used already").waitFor();
  await stranger.getByRole("link", { name: "Sign in" }).click();
  await signIn(stranger, { email, password });
  await stranger.getByText("password is wrong").waitFor();
  await signIn(stranger, { email, password: `${password}-new` });
  await stranger.getByRole("heading", { name: "Your instances" }).waitFor();
});

test("no page has thrown, nor tried what the content security policy forbids", () => {
  expect(faults).toEqual([]);
});

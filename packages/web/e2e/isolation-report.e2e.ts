import { readFile } from "node:fs/promises";
import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { buildApp } from "./support/build-app.ts";

const own = "harbour";
const neighbour = "lighthouse";
const reportWithinMs = 90_000;
const shots = process.env.ISOLATION_SHOTS;

let sandbox: RunningSandbox;
let browser: Browser;
let customer: Page;
let admin: Page;
const faults: string[] = [];

async function openPage(context: BrowserContext): Promise<Page> {
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) faults.push(message.text());
  });
  return page;
}

async function signIn(page: Page, login: { email: string; password: string }, path: string): Promise<void> {
  await page.goto(`${sandbox.access.web}${path}`);
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  await page.getByLabel("E-mail").fill(login.email);
  await page.getByRole("textbox", { name: "Password" }).fill(login.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function createInstance(page: Page, slug: string): Promise<void> {
  await page.goto(`${sandbox.access.web}/instances/new`);
  await page.getByLabel("Name").fill(slug);
  await page.getByLabel("Subdomain").fill(slug);
  await page.getByText("is free.").waitFor();
  await page.getByRole("button", { name: "Generate" }).click();
  await page.getByRole("button", { name: "Create the instance" }).click();
  await page.locator('[data-state="RUNNING"]').getByText("Running").waitFor({ timeout: 90_000 });
}

/** As on a telephone; the navigation slides away first. */
async function makeNarrow(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  const readLeft = async () => (await page.getByRole("heading", { level: 1 }).boundingBox())?.x;
  await expect.poll(readLeft, { timeout: 20_000 }).toBeLessThan(60);
}

/** For those who look at the pages; the test itself needs none. */
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
};

const verdictOf = (page: Page, probe: string) => page.locator(`[data-probe="${probe}"] [data-verdict]`);
const readVerdict = (page: Page, probe: string) => verdictOf(page, probe).getAttribute("data-verdict");

beforeAll(async () => {
  await buildApp();
  const env = { ISOLATION_REPORTS_PER_HOUR: "2" };
  [sandbox, browser] = await Promise.all([
    startSandbox({ run: "tsx packages/server/src/main.ts", env }),
    launchBrowser(),
  ]);
  customer = await openPage(await browser.newContext({ viewport: { width: 1280, height: 900 } }));
  admin = await openPage(await browser.newContext({ viewport: { width: 1280, height: 900 } }));
});

afterAll(async () => {
  await browser?.close();
  await sandbox?.stop();
});

test("an instance says that nobody has examined it, and leads to the page that does", async () => {
  await signIn(customer, sandbox.access.customer, "/instances/new");
  await customer.getByLabel("Subdomain").waitFor();
  await createInstance(customer, neighbour);
  await createInstance(customer, own);
  const card = customer.getByRole("region", { name: "Isolation" });
  await card.getByText("Never examined").waitFor();
  await shoot(customer, "instance");
  await card.getByRole("link", { name: "Examine it" }).click();
  await customer.getByRole("heading", { name: "Not examined yet" }).waitFor();
  await shoot(customer, "empty");
});

test("the report runs while one watches, and tells what is proven, what is not and what to do", async () => {
  await customer.getByRole("button", { name: "Run the report" }).click();
  await customer.getByRole("region", { name: "Report under way" }).waitFor();
  await shoot(customer, "progress");
  await verdictOf(customer, "database.neighbour").waitFor({ timeout: reportWithinMs });
  expect(await readVerdict(customer, "database.neighbour")).toBe("PROVEN");
  expect(await readVerdict(customer, "kubernetes.pod-security")).toBe("PROVEN");
  expect(await readVerdict(customer, "network.own-database")).toBe("PROVEN");
  expect(await readVerdict(customer, "network.enforced")).toBe("NOT_ENFORCED");
  await customer.locator('[data-probe="network.enforced"]').getByText("Calico").waitFor();
  const result = customer.getByRole("region", { name: "Result" });
  await result.getByText("Not enforced", { exact: true }).waitFor();
  expect(await customer.locator("main").textContent()).not.toContain(neighbour);
  await shoot(customer, "report");
});

test("the report is saved as JSON, and printed without the frame around it", async () => {
  const downloading = customer.waitForEvent("download");
  await customer.getByRole("button", { name: "JSON" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^isolation-harbour-\d{4}-\d\d-\d\d\.json$/);
  const saved = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(saved).toMatchObject({ instance: { slug: own }, verdict: "NOT_ENFORCED" });
  expect(saved.probes.length).toBeGreaterThan(15);
  expect(JSON.stringify(saved)).not.toContain(neighbour);

  await customer.emulateMedia({ media: "print" });
  expect(await customer.getByRole("navigation", { name: "Main" }).isVisible()).toBe(false);
  expect(await customer.getByRole("button", { name: "Run again" }).isVisible()).toBe(false);
  expect(await verdictOf(customer, "database.neighbour").isVisible()).toBe(true);
  await shoot(customer, "print");
  await customer.emulateMedia({ media: "screen" });
});

test("after some runs in an hour the page says when the next one is possible", async () => {
  await customer.getByRole("button", { name: "Run again" }).click();
  await customer.getByText("Possible again in").waitFor({ timeout: reportWithinMs });
  await customer
    .getByRole("region", { name: "Report under way" })
    .waitFor({ state: "detached", timeout: reportWithinMs });
  expect(await customer.getByRole("button", { name: "Run again" }).isDisabled()).toBe(true);
  await makeNarrow(customer);
  await shoot(customer, "report-narrow");
  const overflow = () =>
    customer.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(overflow, { timeout: 10_000 }).toBeLessThanOrEqual(0);
});

test("an administrator sees all instances, worst first, and in a report whom it was tried against", async () => {
  await signIn(admin, sandbox.access.admin, "/admin/isolation");
  await admin.getByRole("heading", { name: "Isolation", exact: true }).waitFor();
  const rows = admin.getByRole("table", { name: "Isolation of all instances" }).getByRole("row");
  await rows.filter({ hasText: own }).getByText("Not enforced", { exact: true }).waitFor();
  const slugs = await rows.getByRole("link").allInnerTexts();
  expect(slugs).toEqual([own, neighbour]);
  await shoot(admin, "fleet");
  await rows.filter({ hasText: own }).getByRole("link").click();
  await admin.locator('[data-probe="network.neighbour"]').getByText(neighbour).waitFor();
  await makeNarrow(admin);
  await admin.goBack();
  await rows.filter({ hasText: own }).waitFor();
  await shoot(admin, "fleet-narrow");
});

test("no page has thrown, nor tried what the content security policy forbids", () => {
  expect(faults).toEqual([]);
});

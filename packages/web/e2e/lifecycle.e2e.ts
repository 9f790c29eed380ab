import { type RunningSandbox, startSandbox } from "@odoo-saas/sandbox/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askInstance } from "./support/ask-instance.ts";
import { launchBrowser } from "./support/browser.ts";
import { buildApp } from "./support/build-app.ts";

const slug = "lifecycle";
const adminEmail = "boss@lifecycle.test";
const firstPassword = "a-Long-passphrase-1";
const newPassword = "another-Long-one-2";

let sandbox: RunningSandbox;
let browser: Browser;
let page: Page;
let oldSession = "";
const faults: string[] = [];

beforeAll(async () => {
  await buildApp();
  [sandbox, browser] = await Promise.all([
    startSandbox({ run: "tsx packages/server/src/main.ts" }),
    launchBrowser(),
  ]);
  const context = await browser.newContext();
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
});

afterAll(async () => {
  await browser?.close();
  await sandbox?.stop();
});

const badge = (words: string) =>
  page.locator(".mantine-Badge-root[data-state]").getByText(words, { exact: true });
const card = (title: string) => page.getByRole("region", { name: title });

async function manage(action: string): Promise<void> {
  await page.getByRole("button", { name: "Manage" }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

const ask = (path: string, more: { body?: object; cookie?: string } = {}) =>
  askInstance(sandbox.access.ingress, slug, { path, ...more });

/** The cookie of a new session in the instance; undefined when the password is wrong. */
async function signInToOdoo(password: string): Promise<string | undefined> {
  const params = { login: adminEmail, password };
  const answer = await ask("/web/session/authenticate", { body: { jsonrpc: "2.0", id: 1, params } });
  const { result } = JSON.parse(answer.body) as { result?: { uid: number } };
  return result && answer.cookie;
}

const isSignedIn = async (cookie: string) => (await ask("/odoo", { cookie })).status === 200;

test("an instance is created and its administrator can sign in", async () => {
  await page.goto(`${sandbox.access.web}/instances/new`);
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  await page.getByLabel("E-mail").fill(sandbox.access.customer.email);
  await page.getByRole("textbox", { name: "Password" }).fill(sandbox.access.customer.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Subdomain").fill(slug);
  await page.getByLabel("Administrator's e-mail").fill(adminEmail);
  await page.getByRole("textbox", { name: "Administrator's password" }).fill(firstPassword);
  await page.getByRole("button", { name: "Create the instance" }).click();
  await badge("Running").waitFor();
  oldSession = (await signInToOdoo(firstPassword)) ?? "";
  expect(await isSignedIn(oldSession)).toBe(true);
});

test("it is stopped, which is confirmed first, and its address says so", async () => {
  await manage("Stop…");
  await page.getByText("Its data stays").waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await badge("Stopped").waitFor();
  await card("Stop").getByText("Done in").waitFor();
  expect(await ask("/web/login")).toMatchObject({ status: 503, body: expect.stringContaining("stopped") });
  expect(await page.getByRole("link", { name: "Open Odoo" }).count()).toBe(0);
  await page.getByRole("button", { name: "Manage" }).click();
  const stop = page.getByRole("menuitem", { name: "Stop…" });
  expect(await stop.isDisabled()).toBe(true);
  expect(await stop.textContent()).toContain("It is stopped already.");
  await page.keyboard.press("Escape");
});

test("its password is reset while it is stopped, and holds when it runs again", async () => {
  await manage("Reset the password…");
  const submit = page.getByRole("button", { name: "Set the password" });
  expect(await submit.isDisabled()).toBe(true);
  await page.getByRole("textbox", { name: "Administrator's password" }).fill(adminEmail);
  await submit.click();
  await page.getByText("Do not use the e-mail address").waitFor(); // refused by the server, shown in the form
  await page.getByRole("textbox", { name: "Administrator's password" }).fill(newPassword);
  await submit.click();
  await card("Password reset").getByText("Done in").waitFor();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await badge("Running").waitFor();
  expect(await signInToOdoo(firstPassword)).toBeUndefined();
  expect(await isSignedIn(oldSession)).toBe(false); // it ended with the old password
  expect(await isSignedIn((await signInToOdoo(newPassword)) ?? "")).toBe(true);
});

test("it is restarted with new processes", async () => {
  const podName = () => card("Processes").getByRole("row").nth(1).getByRole("cell").first().textContent();
  const before = await podName();
  await manage("Restart…");
  await page.getByRole("button", { name: "Restart", exact: true }).click();
  await card("Restart").getByText("Done in").waitFor();
  await badge("Running").waitFor();
  await expect.poll(podName).not.toBe(before);
});

test("its plan is changed to one that is possible, and its resources follow", async () => {
  await manage("Change the plan…");
  const dialog = page.getByRole("dialog");
  expect(await dialog.getByRole("radio", { name: /^Premium/ }).isDisabled()).toBe(true);
  expect(await dialog.getByRole("button", { name: "Change the plan" }).isDisabled()).toBe(true);
  await dialog.getByRole("radio", { name: /^Standard/ }).click();
  await dialog.getByRole("button", { name: "Change the plan" }).click();
  await card("Change of plan from Basic to Standard").getByText("Done in").waitFor();
  await page.getByRole("heading", { name: "Plan: Standard" }).waitFor();
  await badge("Running").waitFor();
  expect(await signInToOdoo(newPassword)).toBeDefined();
});

test("the history tells all of it, the newest first, and who asked", async () => {
  const lines = card("History").getByRole("listitem");
  await expect.poll(() => lines.count()).toBe(6);
  const kinds = await lines.evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.kind));
  expect(kinds).toEqual(["CHANGE_PLAN", "RESTART", "START", "RESET_PASSWORD", "STOP", "CREATE"]);
  expect(await lines.first().textContent()).toContain(`by ${sandbox.access.customer.email}`);
});

test("it is deleted from the same menu", async () => {
  await manage("Delete…");
  await page.getByLabel("to confirm").fill(slug);
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.getByText("is deleted").waitFor();
  expect(faults).toEqual([]);
});

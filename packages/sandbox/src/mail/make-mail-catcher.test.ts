import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import nodemailer from "nodemailer";
import { afterEach, beforeEach, expect, it } from "vitest";
import { silentLog } from "../client/log.ts";
import { type MailCatcher, makeMailCatcher } from "./make-mail-catcher.ts";

let dir: string;
let catcher: MailCatcher;
const start = () => makeMailCatcher({ dir, smtpPort: 0, webPort: 0, host: "127.0.0.1", log: silentLog });

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "sandbox-mail-"));
  catcher = await start();
});
afterEach(async () => {
  await catcher.dispose();
  rmSync(dir, { recursive: true });
});

async function send(to: string, subject: string) {
  const transport = nodemailer.createTransport({
    host: "127.0.0.1",
    port: catcher.smtpPort,
    ignoreTLS: true,
  });
  const html = '<a href="http://x.test/?a=1&amp;b=2">go</a><script>alert(1)</script>';
  await transport.sendMail({ from: "a@x.test", to, subject, text: "see http://x.test/?a=1&b=2", html });
}

interface Answer {
  messages: { id: string; subject: string }[];
  links: string[];
}
const getJson = async (path: string) => (await (await fetch(catcher.url + path)).json()) as Answer;

it("shows caught mails newest first, by recipient, with their links", async () => {
  await send("one@x.test", "first");
  await send("Two@x.test", "zweite Übung");
  const { messages } = await getJson("/api/messages");
  expect(messages.map((mail) => mail.subject)).toEqual(["zweite Übung", "first"]);
  const { messages: toTwo } = await getJson("/api/messages?to=two@x.test");
  expect(toTwo).toMatchObject([{ from: "a@x.test", to: ["two@x.test"] }]);
  expect((await getJson(`/api/messages/${toTwo[0]?.id}`)).links).toEqual(["http://x.test/?a=1&b=2"]);
  expect((await fetch(`${catcher.url}/api/messages/99`)).status).toBe(404);
});

it("gives a mail's HTML no right to run scripts", async () => {
  await send("one@x.test", "first");
  const response = await fetch(`${catcher.url}/messages/1`);
  expect(response.headers.get("content-security-policy")).toMatch(/^sandbox [^;]*; default-src 'none'/);
  expect(response.headers.get("content-security-policy")).not.toContain("allow-scripts");
  expect(await (await fetch(catcher.url)).text()).toContain("<iframe");
});

it("keeps mails over a restart until they are deleted", async () => {
  await send("one@x.test", "first");
  await catcher.dispose();
  catcher = await start();
  expect((await getJson("/api/messages")).messages).toHaveLength(1);
  await fetch(`${catcher.url}/api/messages`, { method: "DELETE" });
  expect((await getJson("/api/messages")).messages).toEqual([]);
});

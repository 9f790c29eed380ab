import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, expect } from "vitest";
import { type Auth, makeAuth } from "../src/auth/make-auth.ts";
import { silentLog } from "../src/client/log.ts";
import { type MailCatcher, makeMailCatcher } from "../src/mail/make-mail-catcher.ts";

const host = "127.0.0.1";
export const siteUrl = "http://localhost:4000";
export const password = "correct horse";
let counter = 0;
export const newAddress = () => `user${++counter}@example.com`;

export interface Tokens {
  access_token: string;
  refresh_token: string;
}
interface CaughtMail {
  id: string;
  subject: string;
  text: string;
  links: string[];
}

/** Follows the link of a mail up to its redirect. */
export async function follow(link: string): Promise<{ url: URL; hash: URLSearchParams }> {
  const response = await fetch(link, { redirect: "manual" });
  expect(response.status).toBe(303);
  const url = new URL(response.headers.get("location") ?? "");
  return { url, hash: new URLSearchParams(url.hash.slice(1)) };
}

/** Auth and a mail catcher for the tests of one file, with supabase-js to drive them. */
export class AuthBench {
  readonly dir = mkdtempSync(join(tmpdir(), "sandbox-auth-"));
  mail!: MailCatcher;
  auth!: Auth;
  admin!: SupabaseClient;

  constructor() {
    beforeAll(async () => {
      this.mail = await makeMailCatcher({ dir: this.dir, smtpPort: 0, webPort: 0, host, log: silentLog });
      this.auth = await this.startAuth();
      this.admin = this.newClient({ key: this.auth.serviceRoleKey });
    });
    afterAll(async () => {
      await this.auth.dispose();
      await this.mail.dispose();
      rmSync(this.dir, { recursive: true });
    });
  }

  startAuth(port = 0, mailIntervalMs = 0) {
    const smtp = { host, port: this.mail.smtpPort };
    const redirectUrls = ["https://*.example.com/**"];
    return makeAuth({
      dir: this.dir,
      port,
      host,
      siteUrl,
      redirectUrls,
      smtp,
      log: silentLog,
      mailIntervalMs,
    });
  }

  newClient({ key = this.auth.anonKey, flowType = "implicit" as "implicit" | "pkce" } = {}) {
    const memory = new Map<string, string>();
    const storage = {
      getItem: (name: string) => memory.get(name) ?? null,
      setItem: (name: string, value: string) => void memory.set(name, value),
      removeItem: (name: string) => void memory.delete(name),
    };
    const auth = { autoRefreshToken: false, persistSession: true, storage, flowType };
    return createClient(this.auth.url, key, { auth });
  }

  async readMails(to: string): Promise<CaughtMail[]> {
    const response = await fetch(`${this.mail.url}/api/messages?to=${to}`);
    return ((await response.json()) as { messages: CaughtMail[] }).messages;
  }

  async readNewestMail(to: string) {
    const [newest] = await this.readMails(to);
    const response = await fetch(`${this.mail.url}/api/messages/${newest?.id}`);
    const mail = (await response.json()) as CaughtMail;
    return {
      subject: mail.subject,
      link: mail.links[0] ?? "",
      code: /code: (\d{6})/.exec(mail.text)?.[1] ?? "",
    };
  }

  async makeUser(attributes: Record<string, unknown> = {}) {
    const email = newAddress();
    const user = { email, password, email_confirm: true, ...attributes };
    const { data, error } = await this.admin.auth.admin.createUser(user);
    expect(error).toBeNull();
    return { email, id: data.user?.id ?? "" };
  }

  async signIn(email: string, secret = password) {
    const client = this.newClient();
    const { data, error } = await client.auth.signInWithPassword({ email, password: secret });
    return { client, session: data.session, error };
  }

  post(path: string, body: object, headers: Record<string, string> = {}) {
    return fetch(`${this.auth.url}/auth/v1${path}`, {
      method: "POST",
      headers: { apikey: this.auth.anonKey, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    const response = await this.post("/token?grant_type=refresh_token", { refresh_token: refreshToken });
    return (await response.json()) as Tokens;
  }
}

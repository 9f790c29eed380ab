import { createClient } from "@supabase/supabase-js";
import { describe, expect, it } from "vitest";
import { AuthBench, follow, newAddress, password, siteUrl } from "../../test/auth-bench.ts";

const bench = new AuthBench();

describe("signing up", () => {
  it("needs the link of the mail before the first sign-in, and the link works once", async () => {
    const email = newAddress();
    const client = bench.newClient();
    const { data, error } = await client.auth.signUp({
      email,
      password,
      options: { data: { name: "Ada" }, emailRedirectTo: `${siteUrl}/welcome` },
    });
    expect(error).toBeNull();
    expect(data.session).toBeNull();
    expect(data.user?.identities).toHaveLength(1);
    expect((await bench.signIn(email)).error?.code).toBe("email_not_confirmed");
    const { link, subject } = await bench.readNewestMail(email);
    expect(subject).toBe("Confirm your e-mail address");
    const { url, hash } = await follow(link);
    expect(url.origin + url.pathname).toBe(`${siteUrl}/welcome`);
    expect(hash.get("type")).toBe("signup");
    const { data: user } = await client.auth.getUser(hash.get("access_token") ?? "");
    expect(user.user).toMatchObject({ email, user_metadata: { name: "Ada" } });
    expect((await bench.signIn(email)).session?.user.email).toBe(email);
    const again = await follow(link);
    expect(again.hash.get("error")).toBe("access_denied");
    expect(again.hash.get("error_code")).toBe("otp_expired");
  });

  it("also takes the six digits, and does not tell that an address is taken", async () => {
    const email = newAddress();
    const client = bench.newClient();
    await client.auth.signUp({ email, password });
    const { code } = await bench.readNewestMail(email);
    const wrong = await client.auth.verifyOtp({
      email,
      token: code === "000000" ? "1" : "000000",
      type: "email",
    });
    expect(wrong.error?.code).toBe("otp_expired");
    const right = await client.auth.verifyOtp({ email, token: code, type: "email" });
    expect(right.data.session?.access_token).toBeTruthy();
    const { data, error } = await bench.newClient().auth.signUp({
      email: email.toUpperCase(),
      password: "another one",
    });
    expect(error).toBeNull();
    expect(data.user?.identities).toEqual([]);
    expect(data.user?.id).not.toBe(right.data.user?.id);
    expect(await bench.readMails(email)).toHaveLength(1);
  });

  it("refuses weak passwords and bad addresses with Supabase's codes", async () => {
    const weak = await bench.newClient().auth.signUp({ email: newAddress(), password: "12345" });
    expect(weak.error).toMatchObject({ status: 422, code: "weak_password", reasons: ["length"] });
    const bad = await bench.newClient().auth.signUp({ email: "nobody", password });
    expect(bad.error).toMatchObject({ status: 400, code: "validation_failed" });
  });

  it("sends a link only to addresses of the site or the list", async () => {
    const cases = {
      "https://evil.test/x": siteUrl,
      "https://app.example.com/a/b": "https://app.example.com/a/b",
    };
    for (const [wanted, expected] of Object.entries(cases)) {
      const email = newAddress();
      await bench.newClient().auth.signUp({ email, password, options: { emailRedirectTo: wanted } });
      const { url } = await follow((await bench.readNewestMail(email)).link);
      url.hash = "";
      expect(url.href.replace(/\/$/, "")).toBe(expected);
    }
  });

  it("allows one mail of a kind per interval and hides whether an address is known", async () => {
    const slow = await bench.startAuth(0, 60_000);
    const client = createClient(slow.url, slow.anonKey, { auth: { persistSession: false } });
    const email = newAddress();
    await client.auth.signUp({ email, password });
    const { error } = await client.auth.resend({ type: "signup", email });
    expect(error).toMatchObject({ status: 429, code: "over_email_send_rate_limit" });
    expect((await client.auth.resetPasswordForEmail("unknown@example.com")).error).toBeNull();
    expect((await client.auth.resend({ type: "signup", email: "unknown@example.com" })).error).toBeNull();
    await slow.dispose();
  });

  it("hands the session of the PKCE flow to the browser that began it only", async () => {
    const email = newAddress();
    const client = bench.newClient({ flowType: "pkce" });
    await client.auth.signUp({
      email,
      password,
      options: { emailRedirectTo: `${siteUrl}/welcome?from=mail` },
    });
    const { url } = await follow((await bench.readNewestMail(email)).link);
    expect(url.searchParams.get("from")).toBe("mail");
    const code = url.searchParams.get("code") ?? "";
    const stolen = await bench.post("/token?grant_type=pkce", { auth_code: code, code_verifier: "guess" });
    expect(await stolen.json()).toMatchObject({ error_code: "bad_code_verifier" });
    const { data, error } = await client.auth.exchangeCodeForSession(code);
    expect(error).toBeNull();
    expect(data.session?.user.email).toBe(email);
    const reused = await bench.post("/token?grant_type=pkce", { auth_code: code, code_verifier: "guess" });
    expect(await reused.json()).toMatchObject({ error_code: "flow_state_not_found" });
  });
});

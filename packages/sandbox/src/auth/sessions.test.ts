import type { SupabaseClient } from "@supabase/supabase-js";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { AuthBench, password } from "../../test/auth-bench.ts";

const bench = new AuthBench();

describe("sessions", () => {
  it("carry Supabase's claims, signed with a key of the JWKS", async () => {
    const { email, id } = await bench.makeUser({ app_metadata: { platform_role: "admin" } });
    const { session } = await bench.signIn(email);
    const token = session?.access_token ?? "";
    const keys = createRemoteJWKSet(new URL(`${bench.auth.url}/auth/v1/.well-known/jwks.json`));
    const { payload } = await jwtVerify(token, keys, {
      issuer: `${bench.auth.url}/auth/v1`,
      audience: "authenticated",
    });
    expect(payload).toMatchObject({
      sub: id,
      email,
      phone: "",
      role: "authenticated",
      aal: "aal1",
      amr: [{ method: "password" }],
      is_anonymous: false,
      app_metadata: { provider: "email", providers: ["email"], platform_role: "admin" },
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: "ES256", kid: expect.any(String) });
    const { payload: anonymous } = await jwtVerify(bench.auth.anonKey, keys);
    expect(anonymous).toMatchObject({ role: "anon" });
    expect(anonymous.sub).toBeUndefined();
  });

  it("rotate their refresh token; its parent yields the active one, anything older ends the family", async () => {
    const { session } = await bench.signIn((await bench.makeUser()).email);
    const first = session?.refresh_token ?? "";
    const second = await bench.refresh(first);
    expect(second.refresh_token).not.toBe(first);
    expect((await bench.refresh(first)).refresh_token).toBe(second.refresh_token);
    const third = await bench.refresh(second.refresh_token);
    expect(third.refresh_token).not.toBe(second.refresh_token);
    expect(await bench.refresh(first)).toMatchObject({
      code: 400,
      error_code: "refresh_token_already_used",
    });
    expect(await bench.refresh(third.refresh_token)).toMatchObject({
      error_code: "refresh_token_already_used",
    });
    expect(await bench.refresh("unknown")).toMatchObject({ error_code: "refresh_token_not_found" });
  });

  it("end here, elsewhere or everywhere by the scope of the sign-out", async () => {
    const { email } = await bench.makeUser();
    const [one, two, three] = await Promise.all([
      bench.signIn(email),
      bench.signIn(email),
      bench.signIn(email),
    ]);
    const isAlive = async (client: SupabaseClient) => (await client.auth.getUser()).error === null;
    expect((await one.client.auth.signOut({ scope: "others" })).error).toBeNull();
    expect(await isAlive(one.client)).toBe(true);
    expect(await isAlive(two.client)).toBe(false);
    expect(await isAlive(three.client)).toBe(false);
    const token = one.session?.access_token ?? "";
    await one.client.auth.signOut({ scope: "local" });
    const response = await fetch(`${bench.auth.url}/auth/v1/user`, {
      headers: { apikey: bench.auth.anonKey, authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 403, error_code: "session_not_found" });
  });

  it("survive a restart, and so do the keys", async () => {
    const { client } = await bench.signIn((await bench.makeUser()).email);
    const { url, anonKey } = bench.auth;
    await bench.auth.dispose();
    bench.auth = await bench.startAuth(Number(new URL(url).port));
    expect(bench.auth.anonKey).toBe(anonKey);
    expect((await client.auth.getUser()).error).toBeNull();
  });
});

describe("the gateway", () => {
  it("asks for an API key, but not for links and the JWKS", async () => {
    expect((await fetch(`${bench.auth.url}/auth/v1/user`)).status).toBe(401);
    expect((await fetch(`${bench.auth.url}/auth/v1/health`, { headers: { apikey: "wrong" } })).status).toBe(
      401,
    );
    const jwks = await fetch(`${bench.auth.url}/auth/v1/.well-known/jwks.json`);
    expect(jwks.headers.get("cache-control")).toContain("max-age=600");
    expect(JSON.stringify(await jwks.json())).not.toContain('"d"');
  });

  it("names errors by the API version the client asks for, readable for browsers", async () => {
    const input = { email: "nobody@example.com", password };
    const old = await bench.post("/token?grant_type=password", input);
    expect(await old.json()).toEqual({
      code: 400,
      error_code: "invalid_credentials",
      msg: "Invalid login credentials",
    });
    const current = await bench.post("/token?grant_type=password", input, {
      "X-Supabase-Api-Version": "2024-01-01",
    });
    expect(await current.json()).toEqual({
      code: "invalid_credentials",
      message: "Invalid login credentials",
    });
    expect(current.headers.get("access-control-expose-headers")).toContain("X-Supabase-Api-Version");
    const preflight = await fetch(`${bench.auth.url}/auth/v1/user`, { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-headers")).toMatch(/apikey/);
  });

  it("tells a missing, a foreign and an anonymous token apart", async () => {
    const ask = async (headers: Record<string, string>) => {
      const response = await fetch(`${bench.auth.url}/auth/v1/user`, {
        headers: { apikey: bench.auth.anonKey, ...headers },
      });
      return [response.status, ((await response.json()) as { error_code: string }).error_code];
    };
    expect(await ask({})).toEqual([401, "no_authorization"]);
    expect(await ask({ authorization: "Bearer x.y.z" })).toEqual([403, "bad_jwt"]);
    expect(await ask({ authorization: `Bearer ${bench.auth.anonKey}` })).toEqual([403, "bad_jwt"]);
  });
});

import { Secret, TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { AuthBench, follow, newAddress, password, siteUrl } from "../../test/auth-bench.ts";

const bench = new AuthBench();

describe("changing credentials", () => {
  it("resets a forgotten password by mail and ends the other sessions", async () => {
    const { email } = await bench.makeUser();
    const before = await bench.signIn(email);
    const client = bench.newClient();
    await client.auth.resetPasswordForEmail(email, { redirectTo: `${siteUrl}/reset` });
    const { url, hash } = await follow((await bench.readNewestMail(email)).link);
    expect(url.pathname).toBe("/reset");
    expect(hash.get("type")).toBe("recovery");
    await client.auth.setSession({
      access_token: hash.get("access_token") ?? "",
      refresh_token: hash.get("refresh_token") ?? "",
    });
    expect((await client.auth.updateUser({ password })).error).toMatchObject({
      status: 422,
      code: "same_password",
    });
    expect((await client.auth.updateUser({ password: "a new password" })).error).toBeNull();
    expect((await client.auth.getUser()).error).toBeNull();
    expect((await before.client.auth.getUser()).error?.name).toBe("AuthSessionMissingError");
    expect((await bench.signIn(email)).error?.code).toBe("invalid_credentials");
    expect((await bench.signIn(email, "a new password")).error).toBeNull();
  });

  it("moves to a new address after both addresses agreed", async () => {
    const { email } = await bench.makeUser();
    const { client } = await bench.signIn(email);
    const next = newAddress();
    const { data } = await client.auth.updateUser({ email: next });
    expect(data.user).toMatchObject({ email, new_email: next });
    const half = await follow((await bench.readNewestMail(email)).link);
    expect(half.hash.get("message")).toContain("other email");
    expect((await client.auth.getUser()).data.user?.email).toBe(email);
    await follow((await bench.readNewestMail(next)).link);
    expect((await client.auth.getUser()).data.user).toMatchObject({ email: next });
    expect((await bench.signIn(next)).error).toBeNull();
  });

  it("merges user metadata and refuses app metadata", async () => {
    const { client, session } = await bench.signIn(
      (await bench.makeUser({ user_metadata: { locale: "en" } })).email,
    );
    const { data } = await client.auth.updateUser({ data: { company: "Acme" } });
    expect(data.user?.user_metadata).toEqual({ locale: "en", company: "Acme" });
    const response = await fetch(`${bench.auth.url}/auth/v1/user`, {
      method: "PUT",
      headers: { apikey: bench.auth.anonKey, authorization: `Bearer ${session?.access_token}` },
      body: JSON.stringify({ app_metadata: { platform_role: "admin" } }),
    });
    expect(await response.json()).toMatchObject({ code: 403, error_code: "not_admin" });
  });
});

describe("the second factor", () => {
  it("raises the session, ends the others, guards the password and can be removed", async () => {
    const { email } = await bench.makeUser();
    const { client } = await bench.signIn(email);
    const other = await bench.signIn(email);
    const { data: enrolled, error } = await client.auth.mfa.enroll({
      factorType: "totp",
      friendlyName: "phone",
    });
    if (error) throw error;
    expect(enrolled.totp.qr_code).toMatch(/^data:image\/svg\+xml;utf-8,<svg [^#]+$/s);
    const totp = new TOTP({ secret: Secret.fromBase32(enrolled.totp.secret) });
    const factorId = enrolled.id;
    const code = totp.generate();
    const wrong = await client.auth.mfa.challengeAndVerify({
      factorId,
      code: code === "000000" ? "1" : "000000",
    });
    expect(wrong.error).toMatchObject({ status: 422, code: "mfa_verification_failed" });
    expect((await client.auth.mfa.challengeAndVerify({ factorId, code: totp.generate() })).error).toBeNull();
    const level = await client.auth.mfa.getAuthenticatorAssuranceLevel();
    expect(level.data?.currentLevel).toBe("aal2");
    expect((await other.client.auth.getUser()).error?.name).toBe("AuthSessionMissingError");
    expect((await client.auth.mfa.listFactors()).data?.totp).toMatchObject([
      { id: factorId, status: "verified" },
    ]);
    const later = await bench.signIn(email);
    const refused = await later.client.auth.updateUser({ password: "a new password" });
    expect(refused.error).toMatchObject({ status: 401, code: "insufficient_aal" });
    expect((await later.client.auth.mfa.unenroll({ factorId })).error?.code).toBe("insufficient_aal");
    expect((await client.auth.mfa.unenroll({ factorId })).error).toBeNull();
    expect((await client.auth.refreshSession()).error).toBeNull();
    expect((await client.auth.mfa.getAuthenticatorAssuranceLevel()).data?.currentLevel).toBe("aal1");
  });
});

describe("administration", () => {
  it("creates, lists, changes, bans and deletes users with the service key only", async () => {
    const { email, id } = await bench.makeUser();
    expect((await bench.newClient().auth.admin.listUsers()).error).toMatchObject({
      status: 403,
      code: "not_admin",
    });
    const duplicate = await bench.admin.auth.admin.createUser({ email, password });
    expect(duplicate.error).toMatchObject({ status: 422, code: "email_exists" });
    const { data } = await bench.admin.auth.admin.listUsers({ page: 1, perPage: 2 });
    expect(data.users).toHaveLength(2);
    const { client } = await bench.signIn(email);
    await bench.admin.auth.admin.updateUserById(id, { app_metadata: { platform_role: "admin" } });
    const { data: user } = await bench.admin.auth.admin.getUserById(id);
    expect(user.user?.app_metadata).toMatchObject({ provider: "email", platform_role: "admin" });
    await bench.admin.auth.admin.updateUserById(id, { ban_duration: "24h" });
    expect((await bench.signIn(email)).error?.code).toBe("user_banned");
    expect((await client.auth.refreshSession()).error?.code).toBe("user_banned");
    await bench.admin.auth.admin.updateUserById(id, { ban_duration: "none", password: "set by an admin" });
    expect((await client.auth.getUser()).error).not.toBeNull();
    expect((await bench.signIn(email, "set by an admin")).error).toBeNull();
    expect((await bench.admin.auth.admin.deleteUser(id)).error).toBeNull();
    expect((await bench.admin.auth.admin.getUserById(id)).error).toMatchObject({
      status: 404,
      code: "user_not_found",
    });
    expect((await bench.signIn(email, "set by an admin")).error?.code).toBe("invalid_credentials");
  });
});

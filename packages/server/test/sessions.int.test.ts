import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, subscribe, type TestApi, withDeadline } from "./support/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ sessionCheckMs: 50 });
});
afterAll(() => api?.dispose());

const viewerQuery = "{ viewer { email platformRole organizations { name } } }";
const liveList = "subscription { tenants { isSnapshot } }";

test("the first sight of a user makes an account with a personal organization", async () => {
  const user = await api.signIn();
  const { data } = await user.query(viewerQuery);
  const name = user.userId.slice(0, 8);
  expect(data.viewer).toEqual({
    email: `${name}@example.com`,
    platformRole: "USER",
    organizations: [{ name }],
  });
});

test("without a token only what is public is answered", async () => {
  const open = await api.post(undefined, { query: "{ plans { code isAvailable } }" });
  expect(open.data.plans).toHaveLength(4);
  const closed = await api.post(undefined, { query: viewerQuery });
  expect(closed.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
});

test.each<[string, Record<string, unknown>]>([
  ["another issuer", { iss: "http://evil.example/auth/v1" }],
  ["another audience", { aud: "anon" }],
  ["another role", { role: "service_role" }],
  ["no session", { session_id: undefined }],
])("a token of %s is refused with 401", async (_title, claims) => {
  const answer = await api.post(await api.auth.sign({ claims }), { query: viewerQuery });
  expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
});

test.each(["", "nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])(
  "the token %j is refused with 401",
  async (token) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query: "{ plans { code } }" });
    const response = await fetch(`${api.url}/graphql`, { method: "POST", headers, body });
    expect(response.status).toBe(401);
  },
);

test("an expired token is refused", async () => {
  const answer = await api.post(await api.auth.sign({ expiresInSeconds: -5 }), { query: viewerQuery });
  expect(answer.status).toBe(401);
});

test("a sign-out ends the session for good: here, at Supabase, and on every open socket", async () => {
  const user = await api.signIn();
  const other = await api.signIn({ userId: user.userId });
  const [mine, theirs] = [user.socket(), other.socket()];
  await subscribe(mine.client, liveList).next();
  await subscribe(theirs.client, liveList).next();
  expect((await user.query("mutation { signOut { signedOut } }")).data.signOut.signedOut).toBe(true);
  expect(await withDeadline(mine.closed)).toMatchObject({ code: 4403 });
  expect(api.auth.endedSessions.has(user.sessionId)).toBe(true);
  expect((await user.query(viewerQuery)).status).toBe(401);
  const refreshed = await api.auth.sign({ userId: user.userId, sessionId: user.sessionId });
  expect((await api.post(refreshed, { query: viewerQuery })).status).toBe(401);
  expect(await withDeadline(user.socket().closed)).toMatchObject({ code: 4403 });
  expect((await other.query(viewerQuery)).status).toBe(200);
});

test("a socket is closed when its token expires", async () => {
  const user = await api.signIn({ expiresInSeconds: 2 });
  const { client, closed } = user.socket();
  await subscribe(client, liveList).next();
  expect(await withDeadline(closed)).toMatchObject({ code: 4403, reason: "The token has expired" });
});

test("a session that ended elsewhere is noticed while a socket is open, and refused afterwards", async () => {
  const user = await api.signIn();
  const { client, closed } = user.socket();
  await subscribe(client, liveList).next();
  api.auth.endedSessions.add(user.sessionId);
  expect(await withDeadline(closed)).toMatchObject({ code: 4403 });
  expect((await user.query(viewerQuery)).status).toBe(401);
});

test("an auth server that is down signs nobody out", async () => {
  const user = await api.signIn();
  api.auth.isDown = true;
  try {
    const { client } = user.socket();
    const live = subscribe(client, liveList);
    await live.next();
    for (let times = 0; times < 5; times += 1) expect((await user.query(viewerQuery)).status).toBe(200);
    expect((await user.query("mutation { signOut { signedOut } }")).data.signOut.signedOut).toBe(true);
  } finally {
    api.auth.isDown = false;
  }
  expect((await user.query(viewerQuery)).status).toBe(401);
});

test("keys that cannot be fetched are the server's trouble, not the caller's", async () => {
  const { makeTokenVerifier } = await import("../src/adapters/supabase/token-verifier.ts");
  const supabaseUrl = "http://127.0.0.1:9";
  const verifier = makeTokenVerifier({ supabaseUrl });
  const token = await api.auth.sign({ claims: { iss: `${supabaseUrl}/auth/v1` } });
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

test("legacy projects sign with a shared secret, which is accepted only where one is configured", async () => {
  const { SignJWT } = await import("jose");
  const { makeTokenVerifier } = await import("../src/adapters/supabase/token-verifier.ts");
  const supabaseUrl = api.auth.url;
  const sub = randomUUID();
  const claims = { sub, session_id: randomUUID(), email: "ann@example.com", role: "authenticated" };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(`${supabaseUrl}/auth/v1`)
    .setAudience("authenticated")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode("a secret of the project"));
  const withSecret = makeTokenVerifier({ supabaseUrl, jwtSecret: "a secret of the project" });
  await expect(withSecret.verify(token)).resolves.toMatchObject({ userId: sub, platformRole: "user" });
  const withOther = makeTokenVerifier({ supabaseUrl, jwtSecret: "another" });
  await expect(withOther.verify(token)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  await expect(makeTokenVerifier({ supabaseUrl }).verify(token)).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
  });
});

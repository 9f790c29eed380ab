import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, subscribe, type TestApi, withDeadline } from "./support/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.dispose());

test("probes, metrics and the SPA's configuration are served", async () => {
  expect(await (await fetch(`${api.url}/healthz`)).json()).toEqual({ status: "ok" });
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${api.url}/metrics`)).text()).toContain("http_request_duration_seconds_bucket");
  const config = await fetch(`${api.url}/config.json`);
  expect(await config.json()).toMatchObject({ baseDomain: "localhost", supabaseUrl: api.auth.url });
  expect(config.headers.get("content-security-policy")).toContain(api.auth.url);
  expect(config.headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
});

test("the SPA's files are served: every path of its router by index.html, hashed files for ever", async () => {
  const page = await fetch(`${api.url}/instances/new`);
  expect([page.headers.get("cache-control"), await page.text()]).toEqual([
    "no-cache",
    "<title>The SPA</title>",
  ]);
  const asset = await fetch(`${api.url}/assets/app-1a2b.js`);
  expect(asset.headers.get("cache-control")).toContain("immutable");
  expect((await fetch(`${api.url}/assets/gone.js`)).status).toBe(404);
  expect((await fetch(`${api.url}/..%2f..%2fpackage.json`)).headers.get("content-type")).not.toContain(
    "json",
  );
});

test("a server that stops closes its sockets as one that goes away, and answers no more", async () => {
  const ending = await startTestApi();
  const { client, closed } = (await ending.signIn()).socket();
  await subscribe(client, "subscription { tenants { isSnapshot } }").next();
  await withDeadline(ending.dispose());
  expect(await withDeadline(closed)).toMatchObject({ code: 1001 });
  await expect(fetch(`${ending.url}/healthz`)).rejects.toThrow();
});

test("a form or a plain link from another site cannot run an operation", async () => {
  const link = await fetch(`${api.url}/graphql?query=${encodeURIComponent("{ plans { code } }")}`);
  expect(link.status).toBe(400);
  const body = JSON.stringify({ query: "{ plans { code } }" });
  const form = await fetch(`${api.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body,
  });
  expect(form.status).toBe(400);
});

test("broken JSON is the caller's fault and shows nothing of ours", async () => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${api.url}/graphql`, { method: "POST", headers, body: "{" });
  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json())).not.toContain("node_modules");
});

test("documents that are too wide or too long are refused on both transports", async () => {
  const user = await api.signIn();
  const aliases = `{ ${Array.from({ length: 51 }, (_, index) => `a${index}: plans { code }`).join(" ")} }`;
  const bomb = `query { ...A } ${"ABCDEF"
    .split("")
    .map(
      (name, index, all) =>
        `fragment ${name} on Query { ${all[index + 1] ? `...${all[index + 1]} `.repeat(9) : "plans { code }"} }`,
    )
    .join(" ")}`;
  const long = `{ plans { ${"code ".repeat(3_001)} } }`;
  for (const [query, message] of [
    [aliases, "aliases"],
    [bomb, "fields"],
    [long, "tokens"],
  ] as const) {
    const answer = await user.query(query);
    expect(answer.status).toBe(400);
    expect(answer.errors?.map((error) => error.message).join()).toContain(message);
    await expect(subscribe(user.socket().client, query).next()).rejects.toThrow();
  }
});

test("introspection is answered", async () => {
  const { getIntrospectionQuery } = await import("graphql");
  const answer = await api.post(undefined, { query: getIntrospectionQuery() });
  expect(answer.data.__schema.mutationType).toMatchObject({ name: "Mutation" });
});

test("an unexpected failure is told by an id only", async () => {
  const user = await api.signIn();
  await user.query("{ viewer { id } }");
  await api.database.owner.schema.alterTable("organizations").renameTo("lost").execute();
  try {
    const answer = await user.query("{ viewer { organizations { id } } }");
    const [error] = answer.errors!;
    expect(error!.extensions).toEqual({ code: "INTERNAL", errorId: expect.stringMatching(/^[\w-]{36}$/) });
    expect(JSON.stringify(answer)).not.toMatch(/relation|lost|select/i);
  } finally {
    await api.database.owner.schema
      .alterTable("lost" as "organizations")
      .renameTo("organizations")
      .execute();
  }
});

test("a socket may not have more operations at once than allowed", async () => {
  const user = await api.signIn();
  const { client } = user.socket();
  const query = "subscription { tenants { isSnapshot } }";
  const all = Array.from({ length: 50 }, () => subscribe(client, query));
  await Promise.all(all.map((live) => live.next()));
  await expect(subscribe(client, query).next()).rejects.toThrow("at once");
});

test("a socket without a valid token is closed", async () => {
  const { createClient } = await import("graphql-ws");
  const { WebSocket } = await import("ws");
  const closing = Promise.withResolvers<{ code: number }>();
  const client = createClient({
    url: `${api.url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
    on: { closed: (event) => closing.resolve(event as { code: number }) },
  });
  expect(await withDeadline(closing.promise)).toMatchObject({ code: 4403 });
  await client.dispose();
});

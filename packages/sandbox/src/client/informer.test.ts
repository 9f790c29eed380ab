import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { type ApiClient, makeApiClient } from "./api-client.ts";
import { ApiError } from "./api-error.ts";
import { type Informer, makeInformer } from "./informer.ts";
import type { KubeObject } from "./kube-types.ts";
import { silentLog } from "./log.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const pod = (name: string, version: number): KubeObject => ({
  metadata: { name, namespace: "x", uid: name, resourceVersion: String(version) },
});

interface Answers {
  onList(response: ServerResponse, count: number): void;
  onWatch(response: ServerResponse, count: number, search: URLSearchParams): void;
}

async function serve(answers: Answers): Promise<ApiClient> {
  let lists = 0;
  let watches = 0;
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    const { searchParams } = new URL(request.url ?? "", "http://x");
    if (searchParams.has("watch")) answers.onWatch(response, ++watches, searchParams);
    else answers.onList(response, ++lists);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = makeApiClient({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: "t",
  });
  closers.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
    () => client.dispose(),
  );
  return client;
}

function follow(
  client: ApiClient,
  options: { silenceMs?: number } = {},
): { informer: Informer<KubeObject>; changes: string[] } {
  const changes: string[] = [];
  const informer = makeInformer<KubeObject>({
    client,
    path: "/api/v1/pods",
    log: silentLog,
    onChange: (type, { metadata }) =>
      void changes.push(`${type} ${metadata.name}@${metadata.resourceVersion}`),
    ...options,
  });
  closers.push(() => informer.dispose());
  return { informer, changes };
}

const sendList = (response: ServerResponse, version: number, items: KubeObject[]): void => {
  response.end(JSON.stringify({ metadata: { resourceVersion: String(version) }, items }));
};
const sendEvent = (response: ServerResponse, type: string, object: unknown): void => {
  response.write(`${JSON.stringify({ type, object })}\n`);
};

test("it continues from the last seen version after a connection breaks in the middle", async () => {
  const versions: (string | null)[] = [];
  const client = await serve({
    onList: (response) => sendList(response, 1, [pod("a", 1)]),
    onWatch(response, count, search) {
      versions.push(search.get("resourceVersion"));
      if (count === 1) {
        sendEvent(response, "ADDED", pod("b", 2));
        sendEvent(response, "BOOKMARK", { metadata: { resourceVersion: "7" } });
        response.write('{"type":"ADD', () => response.destroy());
      } else sendEvent(response, "MODIFIED", pod("b", 8));
    },
  });
  const { informer, changes } = follow(client);
  await informer.synced;
  await vi.waitFor(() => expect(changes).toEqual(["ADDED a@1", "ADDED b@2", "MODIFIED b@8"]));
  expect(versions.slice(0, 2)).toEqual(["1", "7"]);
});

test.each([
  [
    "inside the stream",
    (response: ServerResponse) => {
      sendEvent(response, "ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old" });
      response.end();
    },
  ],
  [
    "as the answer",
    (response: ServerResponse) => {
      response.writeHead(410).end(JSON.stringify({ kind: "Status", code: 410, reason: "Expired" }));
    },
  ],
])("after 410 %s it lists again and tells the difference", async (_where, expire) => {
  const client = await serve({
    onList: (response, count) =>
      sendList(response, count * 10, count === 1 ? [pod("a", 1), pod("b", 2)] : [pod("b", 2), pod("c", 11)]),
    onWatch: (response, count) => (count === 1 ? expire(response) : void response.flushHeaders()),
  });
  const { changes } = follow(client);
  await vi.waitFor(() => expect(changes).toEqual(["ADDED a@1", "ADDED b@2", "DELETED a@1", "ADDED c@11"]));
});

test("it survives a server that fails at first", async () => {
  const client = await serve({
    onList(response, count) {
      if (count === 1) response.destroy();
      else if (count === 2) response.writeHead(503).end("busy");
      else sendList(response, 1, [pod("a", 1)]);
    },
    onWatch: (response) => response.flushHeaders(),
  });
  const { informer } = follow(client);
  await informer.synced;
  expect(informer.get("x", "a")).toBeDefined();
});

test("a watch that has gone silent is renewed", async () => {
  const client = await serve({
    onList: (response) => sendList(response, 1, []),
    onWatch(response, count) {
      response.flushHeaders();
      if (count === 2) sendEvent(response, "ADDED", pod("a", 2));
    },
  });
  const { changes } = follow(client, { silenceMs: 50 });
  await vi.waitFor(() => expect(changes).toEqual(["ADDED a@2"]));
});

test("a listener that throws stops neither the others nor the watch", async () => {
  const client = await serve({
    onList: (response) => sendList(response, 1, []),
    onWatch(response) {
      sendEvent(response, "ADDED", pod("a", 2));
      sendEvent(response, "ADDED", pod("b", 3));
    },
  });
  const { informer } = follow(client);
  const seen: string[] = [];
  informer.listen(() => {
    throw new Error("bad listener");
  });
  informer.listen((_type, { metadata }) => void seen.push(metadata.name));
  await vi.waitFor(() => expect(seen).toEqual(["a", "b"]));
});

test("a refused request throws what the server's Status says", async () => {
  const client = await serve({
    onList: (response) =>
      response
        .writeHead(403)
        .end(JSON.stringify({ kind: "Status", code: 403, reason: "Forbidden", message: "no" })),
    onWatch: (response) => response.end(),
  });
  const failure = await client.request("GET", "/api/v1/pods").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ code: 403, reason: "Forbidden", message: "no" });
});

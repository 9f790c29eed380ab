import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { K8sError } from "./k8s-error.ts";
import { kinds } from "./kinds.ts";
import type { WatchEvent } from "./kubernetes-client.ts";
import { makeKubernetesClient } from "./make-kubernetes-client.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let handler: Handler;
let connections: number;
let close: () => Promise<void>;
let client: ReturnType<typeof makeKubernetesClient>;

beforeEach(async () => {
  connections = 0;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk as string;
    handler(request, response, body);
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "client-"));
  const kubeconfigPath = join(folder, "config");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`;
  const cluster = { server: address, "insecure-skip-tls-verify": true };
  writeFileSync(
    kubeconfigPath,
    JSON.stringify({
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user: { token: "the-token" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }),
  );
  client = makeKubernetesClient({ kubeconfigPath, fieldManager: "saas-kit", requestTimeoutMs: 500 });
  close = async () => {
    client.dispose();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  };
});
afterEach(() => close());

const answer = (response: ServerResponse, code: number, body: unknown) =>
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
const ref = { kind: kinds.ConfigMap, namespace: "ns", name: "a" };
const configMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", namespace: "ns" },
  data: { x: "ü" },
};

it("applies on the server's side, forced, as its field manager, with the user's token", async () => {
  let seen: unknown;
  handler = ({ method, url, headers }, response, body) => {
    seen = {
      method,
      url,
      type: headers["content-type"],
      token: headers.authorization,
      body: JSON.parse(body),
    };
    answer(response, 200, { ...configMap, metadata: { ...configMap.metadata, resourceVersion: "7" } });
  };
  expect((await client.apply(configMap)).metadata.resourceVersion).toBe("7");
  expect(seen).toEqual({
    method: "PATCH",
    url: "/base/api/v1/namespaces/ns/configmaps/a?fieldManager=saas-kit&force=true",
    type: "application/apply-patch+yaml",
    token: "Bearer the-token",
    body: configMap,
  });
});

it("keeps its connection from request to request", async () => {
  handler = (_request, response) => answer(response, 200, configMap);
  for (let count = 0; count < 5; count += 1) await client.find(ref);
  expect(connections).toBe(1);
});

it("says undefined of what is not there, and false of what was gone already", async () => {
  handler = (_request, response) => answer(response, 404, { kind: "Status", reason: "NotFound", code: 404 });
  expect(await client.find(ref)).toBeUndefined();
  expect(await client.delete(ref)).toBe(false);
});

it("gives the items of a list their kind, and asks for the selected ones", async () => {
  let url = "";
  handler = (request, response) => {
    url = request.url ?? "";
    answer(response, 200, { metadata: { resourceVersion: "9" }, items: [{ metadata: { name: "d" } }] });
  };
  const list = await client.list(kinds.Deployment, { labelSelector: "a=b" });
  expect(url).toBe("/base/apis/apps/v1/deployments?labelSelector=a%3Db");
  expect(list).toEqual({
    resourceVersion: "9",
    items: [{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" } }],
  });
});

it.each([
  [409, "Conflict", { isConflict: true, isAlreadyExists: false, isTransient: false }],
  [409, "AlreadyExists", { isConflict: false, isAlreadyExists: true, isTransient: false }],
  [403, "Forbidden", { isForbidden: true, isTransient: false }],
  [410, "Expired", { isGone: true, isTransient: false }],
  [503, "ServiceUnavailable", { isTransient: true }],
])("tells %s %s from other refusals", async (code, reason, expected) => {
  handler = (_request, response) =>
    answer(response, code, { kind: "Status", reason, message: "no", details: { a: 1 } });
  const error = await client.apply(configMap).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(K8sError);
  expect(error).toMatchObject({ code, reason, message: "no", details: { a: 1 }, ...expected });
});

it("gives up a request that is not answered, and says that it may be tried again", async () => {
  handler = () => undefined;
  await expect(client.find(ref)).rejects.toMatchObject({ name: "K8sError", code: 0, isTransient: true });
});

it("reads a watch as it comes, however its lines are cut, until the server ends it", async () => {
  const event = { type: "ADDED", object: configMap };
  const bytes = Buffer.from(`${JSON.stringify(event)}\n${JSON.stringify(event)}\n`);
  const cut = bytes.indexOf(Buffer.from("ü")) + 1; // in the middle of a character
  handler = (request, response) => {
    expect(request.url).toContain("watch=true&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=300");
    response.writeHead(200);
    response.write(bytes.subarray(0, cut), () => setImmediate(() => response.end(bytes.subarray(cut))));
  };
  const events: WatchEvent<typeof configMap>[] = [];
  let isOpen = false;
  const onOpen = () => {
    isOpen = true;
  };
  for await (const one of client.watch<typeof configMap>(kinds.ConfigMap, {
    resourceVersion: "5",
    timeoutSeconds: 300,
    onOpen,
  })) {
    events.push(one);
  }
  expect(events).toEqual([event, event]);
  expect(isOpen).toBe(true);
});

it("throws when a watch is refused, breaks off or is aborted", async () => {
  const watch = async (signal?: AbortSignal) => {
    const options = { resourceVersion: "5", timeoutSeconds: 300, ...(signal ? { signal } : {}) };
    for await (const _event of client.watch(kinds.Pod, options)) expect.unreachable();
  };
  handler = (_request, response) => answer(response, 410, { reason: "Expired" });
  await expect(watch()).rejects.toMatchObject({ isGone: true });
  handler = (_request, response) => {
    response.writeHead(200);
    response.write("{", () => response.destroy());
  };
  await expect(watch()).rejects.toMatchObject({ name: "K8sError", code: 0 });
  const abort = new AbortController();
  handler = (_request, response) => {
    response.writeHead(200);
    response.write("{", () => abort.abort());
  };
  await expect(watch(abort.signal)).rejects.toMatchObject({ name: "K8sError", code: 0 });
});

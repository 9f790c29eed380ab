import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, test, vi } from "vitest";
import type { ApiClient, WatchEvent } from "../client/api-client.ts";
import type { KubeObject } from "../client/kube-types.ts";
import { silentLog } from "../client/log.ts";
import { makeIngressController } from "./ingress-controller.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface FixedApi extends ApiClient {
  writes: { path: string; body: unknown }[];
  send(plural: string, event: WatchEvent): void;
}

/** An API server with fixed lists, whose watches say what the test sends. */
function makeFixedApi(lists: Record<string, unknown[]>): FixedApi {
  const watches = new Map<string, (event: WatchEvent) => void>();
  const writes: FixedApi["writes"] = [];
  const pluralOf = (path: string): string => /([a-z]+)\?/.exec(path)?.[1] ?? "";
  return {
    writes,
    send: (plural, event) => watches.get(plural)?.(event),
    async request<T>(...[method, path, body]: Parameters<ApiClient["request"]>): Promise<T> {
      if (method !== "GET") writes.push({ path, body });
      return { metadata: { resourceVersion: "1" }, items: lists[pluralOf(path)] ?? [] } as T;
    },
    watch: (path, onEvent, signal) =>
      new Promise((resolve) => {
        watches.set(pluralOf(path), onEvent);
        signal.addEventListener("abort", () => resolve());
      }),
    dispose: async () => undefined,
  };
}

const meta = (name: string, labels = {}) => ({
  name,
  namespace: "x",
  uid: name,
  resourceVersion: "1",
  labels,
});
const ingress = (host: string, serviceName: string, ingressClassName = "traefik") => ({
  metadata: meta(host),
  spec: {
    ingressClassName,
    rules: [
      {
        host,
        http: {
          paths: [
            {
              path: "/",
              pathType: "Prefix",
              backend: { service: { name: serviceName, port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
});
const service = (name: string) => ({ metadata: meta(name), spec: { ports: [{ port: 80 }] } });
const slice = (serviceName: string, ports: number[]) =>
  ports.map((port) => ({
    metadata: meta(`${serviceName}-${port}`, { "kubernetes.io/service-name": serviceName }),
    addressType: "IPv4",
    ports: [{ name: "", port }],
    endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true, serving: true } }],
  }));

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
  );
  return (server.address() as AddressInfo).port;
};

async function start(backends: Record<string, number[]>) {
  const names = Object.keys(backends);
  const api = makeFixedApi({
    ingresses: [
      ...names.map((name) => ingress(`${name}.localhost`, name)),
      ingress("other.localhost", "a", "nginx"),
    ],
    services: names.map(service),
    endpointslices: names.flatMap((name) => slice(name, backends[name] ?? [])),
  });
  const options = { client: api, port: 0, host: "127.0.0.1", ingressClass: "traefik", log: silentLog };
  const controller = await makeIngressController(options);
  closers.push(() => controller.dispose());
  const ask = async (host: string, given: { method?: string; path?: string; body?: string } = {}) => {
    const { method = "GET", path = "/", body } = given;
    const outgoing = request({ host: "127.0.0.1", port: controller.port, method, path, headers: { host } });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once("response", resolve).once("error", reject).end(body);
    });
    return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
  };
  return { api, controller, ask };
}

const unusedPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

test("a request reaches its backend with body, query, Host and the headers of a proxy", async () => {
  const port = await listen(
    createServer(async (incoming, outgoing) => {
      const { method, url, headers } = incoming;
      outgoing.setHeader("set-cookie", ["a=1", "b=2"]);
      outgoing.writeHead(201).end(JSON.stringify({ method, url, headers, body: await text(incoming) }));
    }),
  );
  const { ask } = await start({ a: [port] });
  const answer = await ask("a.localhost:8080", { method: "POST", path: "/web?x=1", body: "hello" });
  expect(answer.status).toBe(201);
  expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  expect(JSON.parse(answer.body)).toMatchObject({
    method: "POST",
    url: "/web?x=1",
    body: "hello",
    headers: {
      host: "a.localhost:8080",
      "x-forwarded-host": "a.localhost:8080",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
    },
  });
});

test("an unknown host, and one of another class, get a friendly 404", async () => {
  const { ask } = await start({ a: [] });
  for (const host of ["nobody.localhost", "other.localhost"]) {
    const answer = await ask(host);
    expect(answer.status).toBe(404);
    expect(answer.body).toContain("There is nothing at this address");
  }
});

test("a Service without ready endpoints gives a 503 page that looks again", async () => {
  const { ask } = await start({ a: [] });
  const answer = await ask("a.localhost");
  expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
  expect(answer.body).toContain("This instance is starting or stopped");
  expect(answer.body).toContain('http-equiv="refresh"');
});

test("an endpoint that cannot be reached is passed over with the whole body; when all are, 502", async () => {
  const dead = await unusedPort();
  const alive = await listen(createServer((incoming, outgoing) => void incoming.pipe(outgoing)));
  const { ask } = await start({ a: [dead, alive], b: [dead] });
  for (let turn = 0; turn < 4; turn++) {
    expect(await ask("a.localhost", { method: "POST", body: "kept" })).toMatchObject({
      status: 200,
      body: "kept",
    });
  }
  expect((await ask("b.localhost")).status).toBe(502);
});

test("a kept connection that the backend has closed is no error for the client", async () => {
  const port = await listen(
    createServer((_incoming, outgoing) => {
      outgoing.end("ok");
      outgoing.socket?.once("data", () => outgoing.socket?.destroy());
    }),
  );
  const { ask } = await start({ a: [port] });
  expect((await ask("a.localhost")).status).toBe(200);
  expect((await ask("a.localhost")).status).toBe(200);
});

test("a changed endpoint is used from the moment its slice changes", async () => {
  const port = await listen(createServer((_incoming, outgoing) => void outgoing.end("here")));
  const { api, ask } = await start({ a: [] });
  expect((await ask("a.localhost")).status).toBe(503);
  const [object] = slice("a", [port]);
  api.send("endpointslices", {
    type: "ADDED",
    object: { ...object, metadata: { ...object?.metadata, resourceVersion: "2" } } as KubeObject,
  });
  expect((await ask("a.localhost")).body).toBe("here");
});

test("an upgraded connection is joined both ways, and one without backend is refused", async () => {
  const backend = createServer();
  backend.on("upgrade", (incoming, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: ${incoming.headers.upgrade}\r\nconnection: Upgrade\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  const { controller } = await start({ a: [await listen(backend)], b: [] });
  const open = (host: string) =>
    request({
      host: "127.0.0.1",
      port: controller.port,
      path: "/websocket",
      headers: { host, connection: "Upgrade", upgrade: "websocket" },
    });
  const echoed = await new Promise<string>((resolve, reject) => {
    const outgoing = open("a.localhost").once("error", reject);
    outgoing.once("upgrade", (_answer, socket) => {
      socket.once("data", (data) => {
        resolve(String(data));
        socket.destroy();
      });
      socket.write("ping");
    });
    outgoing.end();
  });
  expect(echoed).toBe("ping");
  const refused = await new Promise<IncomingMessage>((resolve, reject) => {
    open("b.localhost").once("error", reject).once("response", resolve).end();
  });
  expect(refused.statusCode).toBe(503);
  refused.resume();
});

test("an upgrade to a backend that closes at once ends the client's connection too", async () => {
  const backend = createServer();
  backend.on("upgrade", (_incoming, socket) => socket.destroy());
  const { controller } = await start({ a: [await listen(backend)] });
  const outgoing = request({
    host: "127.0.0.1",
    port: controller.port,
    headers: { host: "a.localhost", connection: "Upgrade", upgrade: "websocket" },
  });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve).once("error", reject).end();
  });
  expect(answer.statusCode).toBe(502);
  answer.resume();
});

test("Ingresses of its class get its address as their status", async () => {
  const { api, controller } = await start({ a: [] });
  await vi.waitFor(() => expect(api.writes).toHaveLength(1));
  expect(api.writes[0]).toEqual({
    path: "/apis/networking.k8s.io/v1/namespaces/x/ingresses/a.localhost/status",
    body: {
      status: {
        loadBalancer: { ingress: [{ ip: "127.0.0.1", ports: [{ port: controller.port, protocol: "TCP" }] }] },
      },
    },
  });
});

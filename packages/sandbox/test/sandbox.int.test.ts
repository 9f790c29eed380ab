import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createClient } from "@supabase/supabase-js";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadKubeconfig, makeApiClient, type Node } from "../src/client/index.ts";
import { type RunningSandbox, startSandbox } from "../src/testing.ts";

const folder = mkdtempSync(join(tmpdir(), "sandbox-test-"));
const program = join(folder, "server.cjs");
const dir = join(folder, "state");
let sandbox: RunningSandbox;

/** Stands for the platform's server: ready at once, and shows its environment. */
writeFileSync(
  program,
  `console.log("server speaking");
  require("http").createServer((request, response) => response.end(JSON.stringify({ pid: process.pid, env: process.env })))
    .listen(process.env.PORT, process.env.HOST);`,
);
const run = `exec "${process.execPath}" "${program}"`;
const start = () =>
  startSandbox({ run, dir, nodes: 2, env: { SANDBOX_MAIL_INTERVAL_SECONDS: "0", LOG_LEVEL: "debug" } });

interface ServerAnswer {
  pid: number;
  env: Record<string, string>;
}
const askServer = async () => (await (await fetch(sandbox.access.web)).json()) as ServerAnswer;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const readRecordedPids = () => readdirSync(join(dir, "processes")).map(Number);

async function signInAs({ email, password }: { email: string; password: string }) {
  const client = createClient(sandbox.access.supabaseUrl, sandbox.access.supabaseAnonKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data, error } = await client.auth.signInWithPassword({ email, password });
  expect(error).toBeNull();
  return data.user;
}

beforeAll(async () => {
  sandbox = await start();
});
afterAll(async () => {
  await sandbox?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a sandbox that is ready", () => {
  it("says where everything is, to its owner only", async () => {
    for (const name of ["access.json", "environment.json", "secrets.json", "auth-keys.json"]) {
      expect(statSync(join(dir, name)).mode & 0o777, name).toBe(0o600);
    }
    expect(JSON.parse(readFileSync(join(dir, "access.json"), "utf8"))).toEqual(sandbox.access);
    expect(Object.keys(sandbox.access).sort()).toEqual(
      [
        ...[
          "web",
          "graphql",
          "subscriptions",
          "ingress",
          "mail",
          "supabaseUrl",
          "supabaseAnonKey",
          "kubeconfig",
        ],
        ...["customer", "admin"],
      ].sort(),
    );
    expect((await fetch(sandbox.access.mail)).status).toBe(200);
    await vi.waitFor(() => expect(sandbox.log()).toContain(sandbox.access.admin.password));
  });

  it("has a demo customer and a demo administrator", async () => {
    expect((await signInAs(sandbox.access.customer))?.app_metadata).not.toHaveProperty("platform_role");
    expect((await signInAs(sandbox.access.admin))?.app_metadata).toMatchObject({ platform_role: "admin" });
  });

  it("runs the command with the environment of a server, its output passed through", async () => {
    const { env } = await askServer();
    expect(env).toMatchObject(sandbox.environment);
    expect(env).toMatchObject({
      APP_ENV: "sandbox",
      LOG_LEVEL: "debug",
      DATABASE_SERVER_ACCESS: "endpoints",
    });
    expect(Object.keys(env).filter((name) => name.startsWith("SANDBOX_"))).toEqual([]);
    expect(sandbox.log()).toContain("server speaking");
    const owner = new pg.Client(env.DATABASE_URL);
    await owner.connect();
    const { rows } = await owner.query(
      "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user",
    );
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: true }]);
    await owner.end();
  });

  it("has a Kubernetes with as many nodes as asked for and an ingress", async () => {
    const client = makeApiClient(loadKubeconfig(sandbox.access.kubeconfig));
    const { items: nodes } = await client.request<{ items: Node[] }>("GET", "/api/v1/nodes");
    expect(nodes.map(({ metadata }) => metadata.name).sort()).toEqual(["sandbox-1", "sandbox-2"]);
    for (const { status } of nodes) {
      expect(status?.conditions).toContainEqual(expect.objectContaining({ type: "Ready", status: "True" }));
      expect(status?.capacity).toMatchObject({ cpu: "16", memory: "67108864Ki", pods: "250" });
    }
    await client.request("GET", "/apis/networking.k8s.io/v1/ingressclasses/traefik");
    await client.dispose();
    expect((await fetch(sandbox.access.ingress)).status).toBe(404);
  });

  it("keeps another sandbox out of its folder", async () => {
    await expect(start()).rejects.toThrow(/Another sandbox \(process \d+\) runs in/);
    expect((await askServer()).pid).toBeGreaterThan(0);
  });
});

const labels = { app: "echo" };
const echo = [
  ["/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "echo" } }],
  [
    "/apis/apps/v1/namespaces/echo/deployments",
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "echo" },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "echo",
                image: "hashicorp/http-echo:1.0",
                args: ["-listen=:5678", "-text=hello from a pod"],
                ports: [{ containerPort: 5678 }],
              },
            ],
          },
        },
      },
    },
  ],
  [
    "/api/v1/namespaces/echo/services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "echo" },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 5678 }] },
    },
  ],
  [
    "/apis/networking.k8s.io/v1/namespaces/echo/ingresses",
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "echo" },
      spec: {
        ingressClassName: "traefik",
        rules: [
          {
            host: "echo.localhost",
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: "echo", port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
  ],
] as const;

/** What the ingress answers for a host; fetch cannot set the header. */
function askHost(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(sandbox.access.ingress, { headers: { host } }, (response) => {
      text(response).then(resolve, reject);
    }).on("error", reject);
  });
}
const seesPod = () =>
  vi.waitFor(async () => expect(await askHost("echo.localhost")).toContain("hello from a pod"), {
    timeout: 20_000,
    interval: 100,
  });

it("runs what Kubernetes is told to, and shows it to browsers", async () => {
  const client = makeApiClient(loadKubeconfig(sandbox.access.kubeconfig));
  for (const [path, object] of echo) await client.request("POST", path, object);
  await client.dispose();
  await seesPod();
});

it("names a taken port and starts nothing", async () => {
  const port = new URL(sandbox.access.mail).port;
  const attempt = startSandbox({ env: { SANDBOX_PORT_MAIL: port } });
  await expect(attempt).rejects.toThrow(
    `port ${port} (mail) is taken; choose another one with SANDBOX_PORT_MAIL`,
  );
});

it("leaves no process behind after SIGKILL, and goes on with the same state", async () => {
  const before = sandbox.access;
  const { pid } = await askServer();
  const pids = [pid, ...readRecordedPids()];
  expect(pids.length).toBeGreaterThan(2);
  await sandbox.kill();
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 15_000 });
  sandbox = await start();
  expect(sandbox.access.customer).toEqual(before.customer);
  expect(sandbox.access.supabaseAnonKey).toBe(before.supabaseAnonKey);
  await signInAs(before.customer);
  await seesPod();
});

it("ends every process in order when it is asked to", async () => {
  const pids = [(await askServer()).pid, ...readRecordedPids()];
  await sandbox.stop();
  expect(pids.filter(isAlive)).toEqual([]);
  expect(existsSync(join(dir, "access.json"))).toBe(false);
  expect(readRecordedPids()).toEqual([]);
  const left = spawnSync("pgrep", ["-f", dir], { encoding: "utf8" }).stdout ?? "";
  expect(left.trim()).toBe("");
});

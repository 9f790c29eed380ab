import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ContainerToRun, makeKnownImages, parseImageName } from "../src/images/index.ts";
import { type Guardian, type ManagedProcess, makeGuardian, spawnManaged } from "../src/processes/index.ts";

const address = process.platform === "linux" ? `127.200.${1 + (process.pid % 250)}.1` : "127.0.0.1";
const images = makeKnownImages();
let dir: string;
let guardian: Guardian;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "images-"));
  guardian = await makeGuardian(dir);
});
afterAll(async () => {
  await guardian.dispose();
  rmSync(dir, { recursive: true, force: true });
});

const start = async (
  name: string,
  input: Partial<ContainerToRun> & { image: string },
): Promise<ManagedProcess> => {
  const container: ContainerToRun = {
    command: [],
    args: [],
    env: {},
    root: join(dir, name, "root"),
    workDir: join(dir, name, "work"),
    address,
    listenPort: (port) => port,
    ...input,
  };
  for (const folder of [container.root, container.workDir]) mkdirSync(folder, { recursive: true });
  const runner = images.find((image) => image.matches(parseImageName(input.image)));
  const plan = await runner!.prepare(container);
  return spawnManaged({ guardian, ...plan, logFile: join(dir, name, "0.log") });
};

const query = async (statement: string, database = "postgres", login = "postgres:secret") => {
  const [user, password] = login.split(":");
  const client = new pg.Client({ host: address, port: 5432, user, password, database });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(statement)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
};

const startPostgres = (env: Record<string, string> = {}) =>
  start("postgres", {
    image: "registry.example/library/postgres:18",
    env: {
      POSTGRES_PASSWORD: "secret",
      POSTGRES_DB: "shop",
      PGDATA: "/var/lib/postgresql/data/pgdata",
      ...env,
    },
    args: ["postgres", "-c", "max_connections=40", "-c", "shared_buffers=16MB"],
  });

const up = (check: () => Promise<unknown>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

const odooConf = `[options]
db_host = ${address}
db_name = acme
db_user = acme
db_password = acme-secret
data_dir = /var/lib/odoo
list_db = False
`;
const startOdoo = (args: string[]) => {
  const root = join(dir, "odoo", "root");
  mkdirSync(join(root, "etc/odoo"), { recursive: true });
  writeFileSync(join(root, "etc/odoo/odoo.conf"), odooConf);
  return start("odoo", {
    image: "odoo:19",
    command: ["python3", "/etc/odoo-saas/start.py"],
    args: ["--config=/etc/odoo/odoo.conf", ...args],
  });
};

test("a postgres image keeps its data over a restart and a kill, and asks for the password", async () => {
  let server = await startPostgres();
  await up(() => query("SELECT 1"));
  expect(await query("SHOW max_connections")).toEqual([{ max_connections: "40" }]);
  expect(await query("SELECT lower('ÄÖ') AS text", "shop")).toEqual([{ text: "äö" }]);
  await expect(query("SELECT 1", "postgres", "postgres:wrong")).rejects.toThrow(
    "password authentication failed",
  );
  await query("CREATE TABLE kept AS SELECT 42 AS answer", "shop");
  expect(await server.stop(10_000)).toMatchObject({ exitCode: 0 });

  server = await startPostgres({ POSTGRES_PASSWORD: "ignored once initialised" });
  await up(() => query("SELECT 1"));
  server.kill();
  expect(await server.exited).toMatchObject({ exitCode: 137 });
  server = await startPostgres();
  await up(() => query("SELECT 1"));
  expect(await query("SELECT answer FROM kept", "shop")).toEqual([{ answer: 42 }]);
  expect(await server.stop(10_000)).toMatchObject({ exitCode: 0 });
});

test("a postgres image without a password ends as the official one does", async () => {
  const unset = start("bare", { image: "postgres:18", env: {} });
  await expect(unset).rejects.toThrow("superuser password is not specified");
});

test("the stand-in initialises a database as its owner, serves it, and checks logins against it", async () => {
  const server = await startPostgres();
  await up(() => query("SELECT 1"));
  await query("CREATE ROLE acme LOGIN PASSWORD 'acme-secret'");
  await query("CREATE DATABASE acme");
  await query("REVOKE ALL ON DATABASE acme, postgres, template1, shop FROM PUBLIC");
  await query("GRANT CONNECT, TEMPORARY ON DATABASE acme TO acme");
  await query("ALTER SCHEMA public OWNER TO acme", "acme");

  const init = await startOdoo(["-i", "base", "--stop-after-init", "--no-http"]);
  const exit = await init.exited;
  expect(readFileSync(join(dir, "odoo", "0.log"), "utf8")).toContain("Modules loaded.");
  expect(exit.exitCode).toBe(0);
  const asTenant = (text: string) => query(text, "acme", "acme:acme-secret");
  expect(
    await asTenant("SELECT res_id FROM ir_model_data WHERE module = 'base' AND name = 'user_admin'"),
  ).toEqual([{ res_id: 2 }]);

  const odoo = await startOdoo([]);
  const base = `http://${address}:8069`;
  await up(async () => expect(await (await fetch(`${base}/web/health`)).json()).toEqual({ status: "pass" }));
  expect((await fetch(base, { redirect: "manual" })).headers.get("location")).toBe("/web/login");
  const logIn = (password: string) =>
    fetch(`${base}/web/login`, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ login: "admin", password, redirect: "" }),
    });
  expect(await (await logIn("wrong")).text()).toContain("Wrong login/password");
  const signedIn = await logIn("admin");
  expect([signedIn.status, signedIn.headers.get("location")]).toEqual([303, "/odoo"]);
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  const welcome = async () =>
    (await fetch(`${base}/odoo`, { headers: { cookie }, redirect: "manual" })).text();
  expect(await welcome()).toContain("Welcome, Administrator");

  await asTenant("UPDATE ir_config_parameter SET value = 'https://acme.example' WHERE key = 'web.base.url'");
  expect(await welcome()).toContain("http://localhost:8069");
  await asTenant("INSERT INTO orm_signaling_default DEFAULT VALUES");
  expect(await welcome()).toContain("https://acme.example");
  await asTenant("UPDATE res_users SET password = 'changed' WHERE id = 2");
  expect(await welcome()).not.toContain("Welcome");

  const stoppingAt = Date.now();
  expect(await odoo.stop(5_000)).toMatchObject({ exitCode: 0 });
  expect(Date.now() - stoppingAt).toBeLessThan(1_000);
  await server.stop(10_000);
});

test("the stand-in's WebSocket answers on the port that the workers leave to it", async () => {
  const server = await startPostgres();
  await up(() => query("SELECT 1"));
  const odoo = await startOdoo(["--workers", "2"]);
  const open = (port: number) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://${address}:${port}/websocket`);
      socket.addEventListener("open", () => {
        socket.close();
        resolve("open");
      });
      socket.addEventListener("error", () => resolve("refused"));
    });
  await up(async () => expect(await open(8072)).toBe("open"));
  expect(await open(8069)).toBe("refused");
  await odoo.stop(5_000);
  await server.stop(10_000);
});

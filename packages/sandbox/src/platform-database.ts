import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { makePostgresRunner } from "./images/postgres.ts";
import type { Secrets } from "./installation.ts";
import { type Guardian, type ManagedProcess, spawnManaged } from "./processes/index.ts";

const readyWithinMs = 30_000;
const stopWithinMs = 5_000;
export const ownerRole = "platform_owner";
export const databaseName = "platform";

export interface PlatformDatabaseOptions {
  dir: string;
  host: string;
  port: number;
  secrets: Secrets;
  guardian: Guardian;
}

async function connect(options: PlatformDatabaseOptions, server: ManagedProcess): Promise<pg.Client> {
  const deadlineMs = Date.now() + readyWithinMs;
  let hasExited = false;
  void server.exited.then(() => {
    hasExited = true;
  });
  for (;;) {
    const client = new pg.Client({
      host: options.host,
      port: options.port,
      user: "postgres",
      database: "postgres",
      password: options.secrets.databaseSuperuser,
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (hasExited || Date.now() > deadlineMs) {
        const log = join(options.dir, "database.log");
        throw new Error(`The platform's PostgreSQL did not start, see ${log}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** PostgreSQL lets a role grant BYPASSRLS only when it has it, hence an owner with more than an owner needs. */
async function ensureOwner(client: pg.Client, password: string): Promise<void> {
  const { rowCount: hasRole } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [ownerRole]);
  const attributes = `LOGIN NOSUPERUSER NOCREATEDB CREATEROLE BYPASSRLS PASSWORD ${client.escapeLiteral(password)}`;
  await client.query(`${hasRole ? "ALTER" : "CREATE"} ROLE ${ownerRole} ${attributes}`);
  const { rowCount: hasDatabase } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [
    databaseName,
  ]);
  if (!hasDatabase) await client.query(`CREATE DATABASE ${databaseName} OWNER ${ownerRole}`);
}

/** Starts the PostgreSQL of the platform, with its owner role and an empty database of it. */
export async function startPlatformDatabase(options: PlatformDatabaseOptions) {
  const root = join(options.dir, "database");
  await mkdir(root, { recursive: true });
  const plan = await makePostgresRunner().prepare({
    image: "postgres:18",
    command: [],
    args: ["postgres", "-c", "max_connections=200"],
    env: { POSTGRES_PASSWORD: options.secrets.databaseSuperuser },
    root,
    workDir: join(options.dir, "database-work"),
    address: options.host,
    listenPort: () => options.port,
  });
  const server = await spawnManaged({
    ...plan,
    guardian: options.guardian,
    logFile: join(options.dir, "database.log"),
  });
  const dispose = () => server.stop(stopWithinMs);
  try {
    const client = await connect(options, server);
    await ensureOwner(client, options.secrets.databaseOwner).finally(() => client.end());
  } catch (error) {
    await dispose();
    throw error;
  }
  const buildUrl = (role: string, password: string) =>
    `postgres://${role}:${password}@${options.host}:${options.port}/${databaseName}`;
  return { buildUrl, dispose };
}

export type PlatformDatabase = Awaited<ReturnType<typeof startPlatformDatabase>>;

import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import type { Log } from "../core/log.ts";
import type { Database, DatabaseTransaction } from "../core/ports.ts";
import type { Tables } from "./tables.ts";

/** How a pool connects; times in milliseconds. */
export interface DatabaseOptions {
  applicationName: string;
  maxConnections?: number;
  connectTimeoutMs?: number;
  /** A session that stops in the middle of a transaction is ended after this time, with its locks. */
  idleInTransactionTimeoutMs?: number;
  statementTimeoutMs?: number;
  log?: Log;
}

const int8Oid = 20;
const types = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === int8Oid ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** Connection settings shared by pools and single connections: `bigint` arrives as number. */
export function buildClientConfig(url: string, options: DatabaseOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 5_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    keepAlive: true,
    types,
  };
}

/** A pool whose queries go to schema `platform`; end it with `destroy()`. Raw SQL names the schema itself. */
export function makeDatabase(url: string, options: DatabaseOptions): Database {
  const pool = new pg.Pool({ ...buildClientConfig(url, options), max: options.maxConnections ?? 10 });
  // Without a listener a connection that breaks while idle would end the process.
  pool.on("error", (error) =>
    options.log?.warn({ error: error.message }, "an idle database connection broke"),
  );
  // Nor one that breaks in the middle of a transaction, between two of its queries: the next query tells.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema("platform");
}

const retriedCodes = new Set(["40001", "40P01"]); // serialization failure, deadlock
const maxAttempts = 3;

/** PostgreSQL's five-character code of an error, when it is one of PostgreSQL's. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Runs `run` in one transaction; again, up to three times, after a deadlock or serialization failure. */
export async function withTransaction<T>(
  database: Database,
  run: (transaction: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction().execute(run);
    } catch (error) {
      if (attempt >= maxAttempts || !retriedCodes.has(sqlStateOf(error) ?? "")) throw error;
    }
  }
}

/** Who asks, for row-level security. */
export interface Asking {
  userId: string;
  platformRole: "user" | "admin";
}

/** One transaction under row-level security: the policies see only what `asking` may see. */
export function withViewer<T>(
  database: Database,
  asking: Asking,
  run: (transaction: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  return withTransaction(database, async (transaction) => {
    await sql`select set_config('app.user_id', ${asking.userId}, true),
                     set_config('app.platform_role', ${asking.platformRole}, true)`.execute(transaction);
    return run(transaction);
  });
}

import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import type { Database } from "../../src/core/ports.ts";
import { makeDatabase } from "../../src/database/pool.ts";
import { databaseUrl, templateName } from "./database-url.ts";

export interface TestDatabase {
  ownerUrl: string;
  apiUrl: string;
  workerUrl: string;
  /** Under row-level security. */
  api: Database;
  worker: Database;
  /** Superuser: for what a test arranges or looks at. */
  owner: Database;
  dispose(): Promise<void>;
}

/** A migrated database of the test's own, on the run's PostgreSQL. */
export async function makeTestDatabase(): Promise<TestDatabase> {
  const port = inject("postgresPort");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await onMaintenance(port, `create database ${name} template ${templateName}`);
  const urlOf = (role: string): string => databaseUrl(port, role, name);
  const open = (role: string): Database => makeDatabase(urlOf(role), { applicationName: `test-${role}` });
  const [owner, api, worker] = [open("postgres"), open("platform_api"), open("platform_worker")];
  return {
    ownerUrl: urlOf("postgres"),
    apiUrl: urlOf("platform_api"),
    workerUrl: urlOf("platform_worker"),
    api,
    worker,
    owner,
    async dispose() {
      await Promise.all([owner.destroy(), api.destroy(), worker.destroy()]);
      await onMaintenance(port, `drop database ${name} with (force)`);
    },
  };
}

async function onMaintenance(port: number, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(port, "postgres", "postgres") });
  await client.connect();
  try {
    // One at a time: a template may have no other session while it is copied.
    await client.query("select pg_advisory_lock(1)");
    await client.query(statement);
  } finally {
    await client.end();
  }
}

import pg from "pg";
import type { PlatformClient } from "../test/support/platform-client.ts";
import { createTenant, untilState } from "../test/support/tenant-journeys.ts";

export interface Population {
  present: number;
  /** So many of them are stopped, as of customers who pause. */
  stopped: number;
}

const waitingAtOnce = 60;
const timeoutMs = 900_000;

/**
 * Tenants that are there already. The running ones are created through the API. The stopped ones are written as rows
 * that want to be stopped, as if they had been created and stopped in one moment, and are reconciled as any: namespace,
 * policies, Secret, database, volume, Deployment without pods, route. What they spare is the start of their process.
 */
export async function populate(
  client: PlatformClient,
  databaseUrl: string,
  { present, stopped }: Population,
): Promise<void> {
  const database = new pg.Client(databaseUrl);
  await database.connect();
  try {
    const startedAtMs = performance.now();
    await insertStopped(database, stopped);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    console.log(
      `${stopped} stopped tenants in ${seconds.toFixed(0)} s, ${((1_000 * seconds) / stopped).toFixed(0)} ms each`,
    );
    await createRunning(client, present - stopped);
  } finally {
    await database.end();
  }
}

async function createRunning(client: PlatformClient, count: number): Promise<void> {
  const slugs = Array.from({ length: count }, (_, index) => `running-${index}`);
  const createSome = async () => {
    for (let slug = slugs.shift(); slug !== undefined; slug = slugs.shift()) {
      await untilState(client, await createTenant(client, slug), { state: "RUNNING", timeoutMs: 300_000 });
    }
  };
  await Promise.all(Array.from({ length: 4 }, createSome));
}

// The hash is of no password: nobody signs in to these.
const insertStatement = `
  with chosen as (
    select (select id from platform.plans where code = 'basic') as plan_id,
      (select id from platform.organizations where personal_of is not null order by created_at limit 1) as organization_id
  ), tenant as (
    insert into platform.tenants (organization_id, slug, name, admin_email, plan_id, odoo_version, desired_run_state,
      pending_admin_password_hash, conditions)
    select organization_id, 'stopped-' || n, 'Stopped ' || n, 'owner@stopped.example', plan_id, '19', 'STOPPED',
      '$pbkdf2-sha512$600000$none$none', '[]'
    from chosen, generate_series($1::int, $2::int) as n returning id
  ), operation as (
    insert into platform.operations (tenant_id, kind, generation) select id, 'CREATE', 1 from tenant
  )
  insert into platform.reconcile_queue (key, is_requested) select 'tenant:' || id, true from tenant`;

/** A few at a time, as fast as the platform brings them to rest. */
async function insertStopped(database: pg.Client, count: number): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  let inserted = 0;
  for (;;) {
    const { rows } = await database.query<{ waiting: number; failed: number }>(
      `select (count(*) filter (where state <> 'STOPPED'))::int as waiting,
         (count(*) filter (where state = 'FAILED'))::int as failed
       from platform.tenants where slug like 'stopped-%'`,
    );
    const { waiting, failed } = rows[0]!;
    if (failed > 0) throw new Error(`${failed} tenants failed`);
    if (inserted === count && waiting === 0) return;
    if (performance.now() > deadlineMs) throw new Error(`${waiting} tenants are still not stopped`);
    const more = Math.min(count - inserted, waitingAtOnce - waiting);
    if (more > 0) {
      await database.query(insertStatement, [inserted + 1, inserted + more]);
      await database.query("notify reconcile_wakeup");
      inserted += more;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

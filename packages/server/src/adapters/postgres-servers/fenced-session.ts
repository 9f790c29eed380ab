import pg from "pg";
import { type Lease, LeaseLostError } from "../../core/lease.ts";

/** Where a server listens and as whom to sign in. */
export interface Login {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** A control session on the maintenance database whose every statement checks the lease first. */
export interface FencedSession {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** A second session, ended by the same later epoch that ends this one. */
  withDatabase<T>(login: Partial<Login>, run: (client: FencedClient) => Promise<T>): Promise<T>;
}

export type FencedClient = Pick<FencedSession, "query">;

const connectTimeoutMs = 5_000;
// A process that was stopped must not keep the tenant's lock: its sessions end by themselves.
const idleSessionTimeoutMs = 8_000;
const terminateTimeoutMs = 5_000;

/** Opens a session for one subject, first making every older epoch harmless; throws `LeaseLostError` when late. */
export async function withFencedSession<T>(
  options: { login: Login; subjectId: string; lease: Lease },
  run: (session: FencedSession) => Promise<T>,
): Promise<T> {
  const { login, subjectId, lease } = options;
  const applicationName = `saas-kit:${subjectId}:${lease.epoch}`;
  lease.assertHeld();
  return withClient({ ...login, applicationName }, async (client) => {
    const control = guard(client, lease);
    await beginEpoch(control, subjectId, lease);
    return run({
      query: control.query,
      withDatabase: (other, inside) =>
        withClient({ ...login, ...other, applicationName }, async (second) => {
          // A later epoch ends the sessions it finds: had it begun before this one, the control session is gone.
          await control.query("select 1");
          return inside(guard(second, lease));
        }),
    });
  });
}

function guard(client: pg.Client, lease: Lease): FencedClient {
  return {
    async query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
      lease.assertHeld();
      return (await client.query<Row>(text, values)).rows ?? []; // several statements have no single answer
    },
  };
}

// Raise first, then end the older sessions, then wait for the lock: an older epoch is refused, ended or waited for.
async function beginEpoch(control: FencedClient, subjectId: string, lease: Lease): Promise<void> {
  const raised = await control.query(
    `insert into control.tenant_fence as f (tenant_id, epoch) values ($1, $2)
     on conflict (tenant_id) do update set epoch = excluded.epoch where f.epoch <= excluded.epoch
     returning epoch`,
    [subjectId, lease.epoch],
  );
  if (raised.length === 0) throw new LeaseLostError(lease.key);
  await control.query(
    `select pg_terminate_backend(pid, ${terminateTimeoutMs}) from pg_stat_activity
     where case when application_name ~ ('^saas-kit:' || $1 || ':[0-9]{1,15}$')
       then split_part(application_name, ':', 3)::bigint < $2 end`,
    [subjectId, lease.epoch],
  );
  await control.query("select pg_advisory_lock(hashtextextended('saas-kit:' || $1, 0))", [subjectId]);
}

async function withClient<T>(
  options: Login & { applicationName: string },
  run: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { applicationName, ...login } = options;
  const client = new pg.Client({
    ...login,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: 30_000,
    lock_timeout: 15_000,
    idle_in_transaction_session_timeout: 5_000,
    options: `-c idle_session_timeout=${idleSessionTimeoutMs}`,
  });
  client.on("error", () => {}); // a session that is ended from outside fails its next query
  try {
    await client.connect();
    return await run(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

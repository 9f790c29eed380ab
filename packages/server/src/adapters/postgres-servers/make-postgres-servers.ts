import pg from "pg";
import {
  type DatabaseServer,
  isRepairable,
  type OwnName,
  type PostgresServers,
  type ServerAudit,
  type ServerMeasurement,
  type SessionLimits,
  type TemplateState,
  type TenantDatabaseState,
} from "../../core/postgres-servers.ts";
import {
  hasControlSchemaQuery,
  inspectTenantQuery,
  isPreparedQuery,
  measureQuery,
  ownNamesQuery,
  prepareServer,
  templatesQuery,
} from "./control-schema.ts";
import {
  endStaleSessions,
  faultyTenantsQuery,
  knownTenantsQuery,
  repairServer,
  roleSettings,
  serverFaultsQuery,
} from "./faults-query.ts";
import { type Login, withFencedSession } from "./fenced-session.ts";
import { observeIsolation } from "./observe-isolation.ts";
import { digestOfPassword } from "./scram-verifier.ts";
import { makeTemplateDatabases } from "./template-databases.ts";
import { makeTenantDatabases } from "./tenant-databases.ts";

/** Host and TCP port of a server as this process reaches it. */
export interface ServerAddress {
  host: string;
  port: number;
}

export interface PostgresServersOptions {
  /** Throws when the server cannot be reached now. */
  findAddress: (serverName: string) => ServerAddress;
  /** The control role's password, from the server's Secret. */
  readPassword: (serverName: string) => Promise<string>;
}

const controlRole = "postgres";
const maintenanceDatabase = "postgres";
const wrongPassword = "28P01";
const sessionLimits: SessionLimits = {
  afterPasswordMs: 60_000,
  idleInTransactionMs: Number(roleSettings.idle_in_transaction_session_timeout),
};

/** Privileged sessions of these go to the maintenance database and to databases not yet handed over, nowhere else. */
export function makePostgresServers(options: PostgresServersOptions): PostgresServers {
  const readers = makeReaders(options);
  const hasControlSchema = async (server: DatabaseServer) => {
    const [found] = await readers.query<{ hasSchema: boolean }>(server, hasControlSchemaQuery);
    return found?.hasSchema ?? false;
  };
  return {
    buildAccess: (server, database) => ({ ...addressInCluster(server.name), ...database }),
    async prepare(server) {
      const [found] = await readers.query<{ isPrepared: boolean }>(server, isPreparedQuery);
      if (!found?.isPrepared) await readers.query(server, prepareServer);
    },
    async findTemplates(server) {
      const rows = await readers.query<{ name: string; isReady: boolean }>(server, templatesQuery);
      return new Map(
        rows.map((row): [string, TemplateState] => [row.name, row.isReady ? "READY" : "BUILDING"]),
      );
    },
    async measure(server) {
      const [measurement] = await readers.query<ServerMeasurement & pg.QueryResultRow>(server, measureQuery);
      return measurement!;
    },
    async inspectTenant(server, role) {
      const digest = digestOfPassword(role.password);
      const values = [role.tenantId, role.databaseName, role.roleName, digest, role.connectionLimit];
      const [state] = await readers.query<TenantDatabaseState>(server, inspectTenantQuery, values);
      return { ...state!, isRoleCurrent: state!.isRoleCurrent && !state!.faults.some(isRepairable) };
    },
    async audit(server) {
      if (!(await hasControlSchema(server))) return undefined;
      const [serverFaults, tenants, known] = await Promise.all([
        readers.query<ServerAudit["server"][number]>(server, serverFaultsQuery),
        readers.query<ServerAudit["tenants"][number]>(server, faultyTenantsQuery),
        readers.query<{ tenantId: string }>(server, knownTenantsQuery),
      ]);
      return { server: serverFaults, tenants, known: known.map(({ tenantId }) => tenantId) };
    },
    async repair(server) {
      await readers.query(server, repairServer);
    },
    async endStaleSessions(server, { afterPasswordMs, idleInTransactionMs } = sessionLimits) {
      await readers.query(server, endStaleSessions, [afterPasswordMs, idleInTransactionMs]);
    },
    async findOwnNames(server) {
      if (!(await hasControlSchema(server))) return undefined;
      return readers.query<OwnName>(server, ownNamesQuery);
    },
    observeIsolation: async (server, logins) =>
      observeIsolation({
        ...logins,
        address: options.findAddress(server.name),
        control: (text, values) => readers.query(server, text, values),
      }),
    async withSession(server, fence, run) {
      const login = await readers.login(server);
      return withFencedSession({ login, ...fence }, (session) =>
        run({ ...makeTenantDatabases(session), ...makeTemplateDatabases(session) }),
      );
    },
    dispose: readers.dispose,
  };
}

/** The Service's name inside the cluster. */
export const addressInCluster = (serverName: string): ServerAddress => ({
  host: `postgres.${serverName}.svc`,
  port: 5432,
});

interface Reader extends ServerAddress {
  pool: pg.Pool;
}

// Reads go through a small pool per server; it is replaced when the server's address changes.
function makeReaders({ findAddress, readPassword }: PostgresServersOptions) {
  const readers = new Map<string, Reader>();
  const passwords = new Map<string, string>();

  const passwordOf = async (name: string) => {
    const password = passwords.get(name) ?? (await readPassword(name));
    passwords.set(name, password);
    return password;
  };
  const login = async (server: DatabaseServer): Promise<Login> => {
    const address = findAddress(server.name);
    return {
      host: address.host,
      port: address.port,
      user: controlRole,
      password: await passwordOf(server.name),
      database: maintenanceDatabase,
    };
  };
  const poolOf = async (server: DatabaseServer) => {
    const { host, port, ...rest } = await login(server);
    const known = readers.get(server.name);
    if (known?.host === host && known.port === port) return known.pool;
    known?.pool.end().catch(() => undefined);
    const pool = new pg.Pool({
      host,
      port,
      ...rest,
      max: 2,
      idleTimeoutMillis: 10_000,
      connectionTimeoutMillis: 3_000,
      statement_timeout: 10_000,
      application_name: "saas-kit control",
    });
    pool.on("error", () => {}); // an idle connection that breaks is replaced by the next query
    readers.set(server.name, { host, port, pool });
    return pool;
  };
  const forget = (name: string) => {
    passwords.delete(name);
    readers
      .get(name)
      ?.pool.end()
      .catch(() => undefined);
    readers.delete(name);
  };

  return {
    login,
    async query<Row extends pg.QueryResultRow>(server: DatabaseServer, text: string, values?: unknown[]) {
      const pool = await poolOf(server);
      try {
        const result = await pool.query<Row>(text, values);
        return result.rows ?? [];
      } catch (error) {
        if (error instanceof pg.DatabaseError && error.code === wrongPassword) forget(server.name);
        throw error;
      }
    },
    async dispose() {
      await Promise.all([...readers.values()].map(({ pool }) => pool.end()));
      readers.clear();
    },
  };
}

import pg from "pg";
import type { OdooConfiguration } from "./configuration.ts";
import type { OdooLog } from "./odoo-log.ts";
import { signalTables } from "./schema.ts";

export interface OdooUser {
  id: number;
  login: string;
  name: string;
  passwordHash: string;
}

/** The stand-in's use of its database, and of no other. */
export interface OdooDatabase {
  findUser(by: { login: string } | { id: number }): Promise<OdooUser | undefined>;
  /** Cached until somebody raises one of Odoo's cache signals. */
  getParameter(key: string): Promise<string | undefined>;
  dispose(): Promise<void>;
}

/** How to connect as the configuration says. */
export const clientConfig = ({ database }: OdooConfiguration, applicationName: string): pg.ClientConfig => ({
  host: database.host ?? "127.0.0.1",
  port: database.port,
  database: database.name,
  application_name: applicationName,
  connectionTimeoutMillis: 10_000,
  ...(database.user ? { user: database.user } : {}),
  ...(database.password ? { password: database.password } : {}),
});

const signalQuery = `SELECT concat_ws(',', ${signalTables.map((table) => `(SELECT max(id) FROM ${table})`).join(", ")}) AS signal`;
const userQuery = `SELECT u.id, u.login, p.name, coalesce(u.password, '') AS "passwordHash"
  FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE u.active AND`;

// Odoo keeps one session that waits for notifications of its bus; it comes back when the server does.
const keepListening = (configuration: OdooConfiguration, log: OdooLog) => {
  let isDisposed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    client = new pg.Client(clientConfig(configuration, `odoo-bus-${process.pid}`));
    client.on("error", (error) =>
      log("ERROR", "odoo.addons.bus.models.bus", `Bus.loop error: ${error.message}`),
    );
    client.once("end", () => {
      if (!isDisposed) retry = setTimeout(() => void connect().catch(() => undefined), 1_000);
    });
    await client.connect();
    await client.query("LISTEN imbus");
    log("INFO", "odoo.addons.bus.models.bus", "Bus.loop listen imbus on db postgres");
  };
  return {
    connect,
    dispose: async () => {
      isDisposed = true;
      clearTimeout(retry);
      await client?.end().catch(() => undefined);
    },
  };
};

/** Connects; throws when the database cannot be reached, as Odoo's start does. */
export async function openDatabase(configuration: OdooConfiguration, log: OdooLog): Promise<OdooDatabase> {
  const pool = new pg.Pool({
    ...clientConfig(configuration, `odoo-${process.pid}`),
    max: 2,
    idleTimeoutMillis: 60_000,
  });
  pool.on("error", (error) => log("WARNING", "odoo.sql_db", error.message));
  const bus = keepListening(configuration, log);
  await bus.connect();
  const parameters = new Map<string, string | undefined>();
  let seenSignal: string | undefined;

  return {
    async findUser(by) {
      const [column, value] = "id" in by ? ["u.id", by.id] : ["u.login", by.login];
      const { rows } = await pool.query<OdooUser>(`${userQuery} ${column} = $1`, [value]);
      return rows[0];
    },
    async getParameter(key) {
      const { rows: signals } = await pool.query<{ signal: string }>(signalQuery);
      if (signals[0]?.signal !== seenSignal) parameters.clear();
      seenSignal = signals[0]?.signal;
      if (!parameters.has(key)) {
        const query = "SELECT value FROM ir_config_parameter WHERE key = $1";
        parameters.set(key, (await pool.query<{ value: string }>(query, [key])).rows[0]?.value);
      }
      return parameters.get(key);
    },
    async dispose() {
      await Promise.all([bus.dispose(), pool.end().catch(() => undefined)]);
    },
  };
}

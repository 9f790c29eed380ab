// Stands in for Odoo: the same configuration, tables, health check and login; none of its applications.
import pg from "pg";
import { readConfiguration } from "./configuration.ts";
import { clientConfig, openDatabase } from "./database.ts";
import { initializeDatabase } from "./initialize.ts";
import { makeOdooLog } from "./odoo-log.ts";
import { serve } from "./server.ts";

const configuration = readConfiguration(process.argv.slice(2));
const log = makeOdooLog(configuration.database.name);
log("INFO", "odoo", "Odoo version 19.0 (stand-in: it has no applications)");
const { database, modules } = configuration;
log("INFO", "odoo", `database: ${database.user ?? "default"}@${database.host ?? "default"}:${database.port}`);

const initialize = async (): Promise<void> => {
  const client = new pg.Client(clientConfig(configuration, `odoo-${process.pid}`));
  await client.connect();
  try {
    await initializeDatabase(client, modules, log);
  } finally {
    await client.end();
  }
};

const stopOn = (stop: () => void): void => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log("INFO", "odoo.service.server", "Initiating shutdown");
      stop();
      setTimeout(() => process.exit(0), 200).unref();
    });
  }
};

try {
  if (modules.length > 0) await initialize();
  if (configuration.stopAfterInit || !configuration.http.isEnabled) process.exit(0);
  const connection = await openDatabase(configuration, log);
  const stopServing = await serve(configuration, connection, log);
  stopOn(() => {
    stopServing();
    void connection.dispose().finally(() => process.exit(0));
  });
} catch (error) {
  log("CRITICAL", "odoo.modules.registry", error instanceof Error ? error.message : String(error));
  process.exit(1);
}

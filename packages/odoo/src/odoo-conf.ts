import { createHash } from "node:crypto";
import type { DatabaseAccess } from "@odoo-saas/k8s-core";
import { httpPort, odooPaths, websocketPort } from "./image.ts";

export interface OdooConfInput {
  database: DatabaseAccess;
  workers: number;
  memoryLimitBytes: number;
  /** The database role's CONNECTION LIMIT. */
  connectionLimit: number;
}

/** The whole `odoo.conf`: the same input gives the same text, so that it can be compared. */
export function buildOdooConf(input: OdooConfInput): string {
  const settings = { ...buildDatabase(input), ...buildServer(input), ...buildLimits(input) };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${String(value)}`);
  for (const line of lines) if (/[\r\n]/.test(line)) throw new Error("A setting may not hold a line break");
  return `[options]\n${lines.join("\n")}\n`;
}

function buildDatabase({ database, workers, connectionLimit }: OdooConfInput) {
  return {
    db_host: database.host,
    db_port: database.port,
    db_user: database.user,
    db_password: database.password,
    // No `dbfilter`: Odoo would look for databases that its role owns, and it owns none.
    db_name: database.database,
    list_db: "False",
    admin_passwd: buildUnusablePassword(database.password),
    ...buildPools(workers, connectionLimit),
  };
}

/** Odoo wants a master password: one that nobody is told, yet the same each time the file is made. */
const buildUnusablePassword = (secret: string) =>
  createHash("sha256").update(`admin_passwd:${secret}`).digest("base64url");

/** Every process has a pool of its own: all of them together stay below the role's limit. */
function buildPools(workers: number, connectionLimit: number) {
  // Besides the pools: LISTEN of bus and cron, and what the platform itself opens.
  const available = connectionLimit - 4;
  const gevent = workers > 0 ? Math.max(2, Math.floor(available / 4)) : 0;
  const processes = workers > 0 ? workers + 1 : 1;
  return {
    db_maxconn: Math.max(2, Math.floor((available - gevent) / processes)),
    ...(workers > 0 ? { db_maxconn_gevent: gevent } : {}),
  };
}

function buildServer({ workers }: OdooConfInput) {
  return {
    data_dir: odooPaths.data,
    http_interface: "0.0.0.0",
    http_port: httpPort.port,
    ...(workers > 0 ? { gevent_port: websocketPort.port } : {}),
    proxy_mode: "True",
    // Off by default since 19; said all the same.
    with_demo: "False",
    log_level: "info",
  };
}

function buildLimits({ workers, memoryLimitBytes }: OdooConfInput) {
  // At the soft limit a process ends after its request and is replaced; it comes before the container's end.
  const perProcess = memoryLimitBytes / Math.max(1, workers + 2);
  return {
    workers,
    max_cron_threads: 1,
    limit_memory_soft: Math.floor(workers > 0 ? Math.max(perProcess, 384 * 2 ** 20) : memoryLimitBytes * 0.8),
    limit_memory_hard: Math.floor(memoryLimitBytes),
    limit_time_cpu: 120,
    limit_time_real: 240,
    limit_time_real_cron: 900,
  };
}

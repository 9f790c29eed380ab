import { randomBytes } from "node:crypto";
import {
  type ObjectWriter,
  type PostgresServerInput,
  type PostgresSize,
  poolPasswordKey,
  postgresName,
  TerminalError,
} from "@odoo-saas/k8s-core";
import { buildServerSettings } from "../../strategy/database-settings.ts";
import type { ReconcilerSettings } from "../settings.ts";
import type { TenantRecord } from "../tenants/tenant-record.ts";
import type { OwnServerRecord } from "./own-server-record.ts";

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;
// For the control role, the template's Job and PostgreSQL's own reserve.
const platformConnections = 20;
const smallestCpuMillicores = 100;
const smallestMemoryBytes = 256 * mebibyte;
// What a database's files leave out: write-ahead log, the template, temporary files.
const overheadBytes = 4 * gibibyte;
const growthFactor = 1.25;

/** Size of a tenant's own server, from its plan; the volume holds what is allowed and what is expected. */
export function sizeOwnServer(
  {
    budget,
    expectedDatabaseBytes,
    ownServer,
  }: Pick<TenantRecord, "budget" | "expectedDatabaseBytes" | "ownServer">,
  sizeFactor: number,
): PostgresSize {
  const dataBytes = Math.max(budget.databaseBytes, expectedDatabaseBytes ?? 0);
  const memoryBytes = Math.max(smallestMemoryBytes, ownServer.memoryBytes * sizeFactor);
  return {
    cpuMillicores: Math.max(smallestCpuMillicores, Math.round(ownServer.cpuMillicores * sizeFactor)),
    memoryBytes: Math.round(memoryBytes / mebibyte) * mebibyte,
    storageBytes: Math.ceil((dataBytes * growthFactor + overheadBytes) / gibibyte) * gibibyte,
    maxConnections: budget.connectionLimit + platformConnections,
  };
}

interface OwnServerInput {
  record: TenantRecord;
  server: OwnServerRecord;
  settings: ReconcilerSettings;
  writer: ObjectWriter;
}

/** The server as it should be, with the password that its Secret holds; throws `TerminalError` when that is lost. */
export async function describeOwnServer(input: OwnServerInput): Promise<PostgresServerInput> {
  const { record, server, settings, writer } = input;
  const secret = await writer.findSecret(server.name, postgresName);
  if (secret === undefined && server.state === "ACTIVE") {
    throw new TerminalError(
      "SecretMissing",
      `The Secret ${postgresName} in ${server.name} holds the database server's password and is gone: put it back.`,
    );
  }
  return {
    image: settings.pool.image,
    size: sizeOwnServer(record, settings.dedicated.sizeFactor),
    password: secret?.[poolPasswordKey] ?? randomBytes(24).toString("base64url"),
    databaseSettings: buildServerSettings(record.databaseSettings),
    storageClass: settings.cluster.storageClass,
  };
}

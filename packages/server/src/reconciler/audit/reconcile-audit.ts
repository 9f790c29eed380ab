import { AppError } from "../../core/errors.ts";
import type { Lease } from "../../core/lease.ts";
import type { Database } from "../../core/ports.ts";
import { type DatabaseServer, isRepairable, type ServerAudit } from "../../core/postgres-servers.ts";
import type { ReconcilerContext } from "../context.ts";
import { withFencedTransaction } from "../fence.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { compareFindings, type Finding, readOpenFindings, writeFindings } from "./drift-rows.ts";

/**
 * Looks over a database server, where no watch tells of changes: what was changed by hand of the server is put right
 * here, what was changed of tenants in their own runs, which become due.
 */
export async function reconcileAudit(
  reconciler: ReconcilerContext,
  lease: Lease,
  serverName: string,
): Promise<RunResult> {
  const { database, postgresServers, settings } = reconciler;
  const server = await findServer(database, serverName);
  if (server === undefined) return {};
  const again = { requeueAfterMs: settings.healing.auditIntervalMs };
  const audit = await postgresServers.audit(server).catch(ignoreUnavailable);
  if (audit === undefined) return again;
  if (audit.server.length > 0) await postgresServers.repair(server);
  await postgresServers.endStaleSessions(server);
  const findings = listFindings(audit, await findPlacedTenants(database, server.id));
  const news = await withFencedTransaction(database, lease, async (transaction) => {
    const compared = compareFindings(await readOpenFindings(transaction, server.id), findings);
    await writeFindings(transaction, server.id, compared);
    return compared;
  });
  for (const { code, subject, tenantId } of news.begun) {
    reconciler.log.warn(
      { server: serverName, tenant: tenantId, code, subject },
      "somebody changed a database server",
    );
  }
  const isStillToRepair = ({ code }: Finding) => isRepairable(code as Parameters<typeof isRepairable>[0]);
  for (const { tenantId } of [...news.begun, ...news.ended, ...findings.filter(isStillToRepair)]) {
    if (tenantId !== null) reconciler.observe(`tenant:${tenantId}`);
  }
  return again;
}

// A server that is only just being made, or is down: its own run tells of it.
function ignoreUnavailable(error: unknown): undefined {
  if (error instanceof AppError && error.code === "UNAVAILABLE") return undefined;
  throw error;
}

function findServer(database: Database, name: string): Promise<DatabaseServer | undefined> {
  return database
    .selectFrom("database_servers")
    .select(["id", "name"])
    .where("name", "=", name)
    .executeTakeFirst();
}

interface PlacedTenant {
  id: string;
  /** Its database was handed over, so it must be there. */
  isFinished: boolean;
}

async function findPlacedTenants(database: Database, serverId: string): Promise<PlacedTenant[]> {
  return database
    .selectFrom("placements as p")
    .innerJoin("tenants as t", "t.id", "p.tenant_id")
    .select((eb) => [
      "t.id",
      eb
        .and([
          eb("t.pending_admin_password_hash", "is", null),
          eb("t.state", "in", ["RUNNING", "STOPPED", "DEGRADED"]),
        ])
        .as("isFinished"),
    ])
    .where("p.database_server_id", "=", serverId)
    .where("t.deletion_requested_at", "is", null)
    .$castTo<PlacedTenant>()
    .execute();
}

/** Of tenants that live there; what others left behind are orphans. */
function listFindings(audit: ServerAudit, placed: PlacedTenant[]): Finding[] {
  const known = new Set(audit.known);
  const living = new Set(placed.map(({ id }) => id));
  const forgotten = placed.filter(({ id, isFinished }) => isFinished && !known.has(id));
  return [
    ...audit.server.map(({ code, subject }) => ({ tenantId: null, code, subject })),
    ...audit.tenants
      .filter(({ tenantId }) => living.has(tenantId))
      .flatMap(({ tenantId, faults }) => faults.map((code) => ({ tenantId, code, subject: "" }))),
    ...forgotten.map(({ id }) => ({ tenantId: id, code: "DATABASE_MISSING", subject: "" })),
  ];
}

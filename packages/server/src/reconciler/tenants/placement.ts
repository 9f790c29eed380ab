import type { Lease } from "../../core/lease.ts";
import type { DatabaseTransaction } from "../../core/ports.ts";
import { type Choice, choosePool } from "../../placement/choose-pool.ts";
import { type CandidateQuery, findCandidates, reservePlace } from "../../placement/find-candidates.ts";
import type { ReconcilerContext } from "../context.ts";
import { readStrategy } from "../dedicated/read-strategy.ts";
import { withFencedTransaction } from "../fence.ts";
import { templateNameOf } from "../templates.ts";
import type { PlacementRecord, TenantRecord } from "./tenant-record.ts";

/** Opaque: tells nothing of the customer, and is unique in every pool. */
export const databaseNameOf = (tenantId: string): string => `t_${tenantId.replaceAll("-", "")}`;

/** What finding a place needs. */
export type PlacementContext = Pick<ReconcilerContext, "database" | "application"> & {
  settings: { pool: { storageBytes: number } };
};

/** Puts the tenant into the active pool with the most room; absent when it fits in none. */
export async function findPlace(
  { database, application, settings }: PlacementContext,
  lease: Lease,
  tenant: TenantRecord,
): Promise<PlacementRecord | undefined> {
  const query: CandidateQuery = {
    connectionLimit: tenant.budget.connectionLimit,
    templateName: templateNameOf(application, tenant),
    storageBytes: settings.pool.storageBytes,
  };
  return withFencedTransaction(database, lease, async (transaction) => {
    if ((await readStrategy(transaction, tenant.id)) !== "SHARED") return undefined;
    const choice = await reserveBest(transaction, query);
    return choice && insertPlacement(transaction, tenant, choice);
  });
}

/** What looked best may be full by the time it is locked: then the next. */
async function reserveBest(
  transaction: DatabaseTransaction,
  query: CandidateQuery,
): Promise<Choice | undefined> {
  let candidates = await findCandidates(transaction, query);
  for (;;) {
    const choice = choosePool(candidates, query);
    if (choice === undefined || (await reservePlace(transaction, choice.pool.id, query))) return choice;
    candidates = candidates.filter(({ id }) => id !== choice.pool.id);
  }
}

async function insertPlacement(
  transaction: DatabaseTransaction,
  tenant: TenantRecord,
  { pool, score, reasons }: Choice,
): Promise<PlacementRecord> {
  const name = databaseNameOf(tenant.id);
  await transaction
    .insertInto("placements")
    .values({
      tenant_id: tenant.id,
      database_server_id: pool.id,
      strategy: "SHARED",
      reason: tenant.strategyReason || `Shared, because the ${tenant.planCode} plan uses a shared server.`,
      database_name: name,
      role_name: name,
      connection_limit: tenant.budget.connectionLimit,
      score,
      reasons: JSON.stringify(reasons),
    })
    .execute();
  const place = { serverId: pool.id, serverName: pool.name, databaseName: name, roleName: name };
  return { ...place, strategy: "SHARED" };
}

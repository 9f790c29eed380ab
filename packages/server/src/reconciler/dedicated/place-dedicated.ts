import { namespaceOf } from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { Database, DatabaseTransaction } from "../../core/ports.ts";
import { withFencedTransaction } from "../fence.ts";
import { databaseNameOf } from "../tenants/placement.ts";
import type { PlacementRecord, TenantRecord } from "../tenants/tenant-record.ts";
import { readStrategy } from "./read-strategy.ts";

/** Gives the tenant a server of its own; absent when the decision has changed since the run began. */
export function placeDedicated(
  database: Database,
  lease: Lease,
  tenant: TenantRecord,
): Promise<PlacementRecord | undefined> {
  return withFencedTransaction(database, lease, async (transaction) => {
    if ((await readStrategy(transaction, tenant.id)) !== "DEDICATED") return undefined;
    const name = databaseNameOf(tenant.id);
    const server = await insertServer(transaction, namespaceOf(tenant));
    await transaction
      .insertInto("placements")
      .values({
        tenant_id: tenant.id,
        database_server_id: server.id,
        strategy: "DEDICATED",
        reason: tenant.strategyReason || `Dedicated, because the ${tenant.planCode} plan brings a server.`,
        database_name: name,
        role_name: name,
      })
      .execute();
    return {
      serverId: server.id,
      serverName: server.name,
      strategy: "DEDICATED",
      databaseName: name,
      roleName: name,
    };
  });
}

const insertServer = (transaction: DatabaseTransaction, name: string) =>
  transaction
    .insertInto("database_servers")
    .values({ kind: "DEDICATED", name, max_tenants: 1, conditions: "[]" })
    .returning(["id", "name"])
    .executeTakeFirstOrThrow();

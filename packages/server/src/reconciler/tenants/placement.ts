import { sql } from "kysely";
import type { Lease } from "../../core/lease.ts";
import type { Database } from "../../core/ports.ts";
import { withFencedTransaction } from "../fence.ts";
import type { PlacementRecord, TenantRecord } from "./tenant-record.ts";

/** Opaque: tells nothing of the customer, and is unique in every pool. */
export const databaseNameOf = (tenantId: string): string => `t_${tenantId.replaceAll("-", "")}`;

/** Puts the tenant into the active pool with most free places; absent when every pool is full. */
export async function findPlace(
  database: Database,
  lease: Lease,
  tenant: TenantRecord,
): Promise<PlacementRecord | undefined> {
  const name = databaseNameOf(tenant.id);
  const reason = `Shared, because the ${tenant.planCode} plan uses a shared server.`;
  return withFencedTransaction(database, lease, async (transaction) => {
    // Two tenants must not take the last place: whoever counts holds the rows of all pools.
    await sql`
      select from platform.database_servers where kind = 'SHARED' and state = 'ACTIVE' order by id for update
    `.execute(transaction);
    const { rows } = await sql<PlacementRecord>`
      with pool as (
        select s.id, s.name, s.max_tenants - count(p.tenant_id) as free
        from platform.database_servers s left join platform.placements p on p.database_server_id = s.id
        where s.kind = 'SHARED' and s.state = 'ACTIVE' group by s.id
        having s.max_tenants > count(p.tenant_id) order by free desc, s.name limit 1
      ), placed as (
        insert into platform.placements
          (tenant_id, database_server_id, strategy, reason, database_name, role_name)
        select ${tenant.id}, pool.id, 'SHARED', ${reason}, ${name}, ${name} from pool
        returning database_server_id
      )
      select pool.id as "serverId", pool.name as "serverName", ${name} as "databaseName", ${name} as "roleName"
      from placed join pool on pool.id = placed.database_server_id
    `.execute(transaction);
    return rows[0];
  });
}

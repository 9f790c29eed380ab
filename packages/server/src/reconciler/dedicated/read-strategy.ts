import { sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";
import type { StrategyName } from "../../database/tables.ts";

/** The decision now: an administrator may have changed it until the tenant has its place. */
export async function readStrategy(
  transaction: DatabaseTransaction,
  tenantId: string,
): Promise<StrategyName | undefined> {
  const { rows } = await sql<{ strategy: StrategyName }>`
    select coalesce(t.strategy, p.strategy) as strategy
    from platform.tenants t join platform.plans p on p.id = t.plan_id where t.id = ${tenantId}
  `.execute(transaction);
  return rows[0]?.strategy;
}

import type { Condition } from "@odoo-saas/k8s-core";
import type { Database } from "../../core/ports.ts";
import type { PoolStateName, TemplateRecord } from "../../database/tables.ts";

/** A shared server's row of `database_servers`. */
export interface PoolRecord {
  id: string;
  name: string;
  state: PoolStateName;
  state_message: string;
  desired_state: PoolStateName;
  removal_requested_at: Date | null;
  activated_at: Date | null;
  /** Since when it has not answered; null while it does. */
  unready_since: Date | null;
  connection_budget: number;
  cpu_millicores: number | null;
  memory_bytes: number | null;
  storage_bytes: number | null;
  used_tenants: number;
  conditions: Condition[];
  templates: TemplateRecord[];
  measured_at: Date | null;
  measured_active_ms: number | null;
}

/** The pool of that name. */
export async function findPoolRecord(database: Database, name: string): Promise<PoolRecord | undefined> {
  return database
    .selectFrom("database_servers")
    .select([
      "id",
      "name",
      "state",
      "state_message",
      "desired_state",
      "removal_requested_at",
      "activated_at",
      "unready_since",
      "connection_budget",
      "cpu_millicores",
      "memory_bytes",
      "storage_bytes",
      "used_tenants",
      "conditions",
      "templates",
      "measured_at",
      "measured_active_ms",
    ])
    .where("name", "=", name)
    .where("kind", "=", "SHARED")
    .executeTakeFirst();
}

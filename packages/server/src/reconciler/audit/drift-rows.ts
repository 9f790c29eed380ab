import { sql } from "kysely";
import type { DatabaseTransaction } from "../../core/ports.ts";

/** One thing that is not as the platform left it; `tenantId` null: the server itself. */
export interface Finding {
  tenantId: string | null;
  code: string;
  subject: string;
}

const identify = ({ tenantId, code, subject }: Finding) => `${tenantId ?? ""}/${code}/${subject}`;

/** Which findings are new, and which have ended. */
export function compareFindings(open: Finding[], found: Finding[]) {
  const openIds = new Set(open.map(identify));
  const foundIds = new Set(found.map(identify));
  return {
    begun: found.filter((finding) => !openIds.has(identify(finding))),
    ended: open.filter((finding) => !foundIds.has(identify(finding))),
  };
}

/** Findings of a server that have not ended yet. */
export async function readOpenFindings(
  transaction: DatabaseTransaction,
  serverId: string,
): Promise<Finding[]> {
  return transaction
    .selectFrom("drift")
    .select(["tenant_id as tenantId", "code", "subject"])
    .where("database_server_id", "=", serverId)
    .where("ended_at", "is", null)
    .execute();
}

/** Remembers what begun and ended; nothing is written when nothing did. */
export async function writeFindings(
  transaction: DatabaseTransaction,
  serverId: string,
  { begun, ended }: ReturnType<typeof compareFindings>,
): Promise<void> {
  for (const { tenantId, code, subject } of begun) {
    await transaction
      .insertInto("drift")
      .values({ database_server_id: serverId, tenant_id: tenantId, code, subject })
      .execute();
  }
  for (const { tenantId, code, subject } of ended) {
    await sql`
      update platform.drift set ended_at = now() where database_server_id = ${serverId} and ended_at is null
        and tenant_id is not distinct from ${tenantId}::uuid and code = ${code} and subject = ${subject}
    `.execute(transaction);
  }
}

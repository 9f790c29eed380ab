import { makeLiveQuery } from "../../graphql/live-query.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { findTenantIsolation, type TenantIsolationRow } from "./isolation-report.repository.ts";

/** A tenant's report, again after each change; null, and the end, once it is gone or was never visible. */
export function watchTenantIsolation(
  context: RequestContext,
  tenantId: string | undefined,
): AsyncIterableIterator<TenantIsolationRow | null> {
  return makeLiveQuery<TenantIsolationRow | null>({
    changes: context.changes,
    isRelevant: (topic) => topic === `report:${tenantId}` || topic === `tenant:${tenantId}`,
    async read() {
      const row =
        tenantId &&
        (await context.inViewerScope((transaction) => findTenantIsolation(transaction, tenantId)));
      return row ? { value: row } : { value: null, isLast: true };
    },
  });
}

import { graphql } from "../../../generated/gql.ts";
import type { WatchIsolationSubscription } from "../../../generated/graphql.ts";
import { type LiveSource, useLiveReducer } from "../../../lib/api/use-live-reducer.ts";

const document = graphql(`
  subscription WatchIsolation($tenantId: ID!) {
    isolationReportProgress(tenantId: $tenantId) {
      tenantId tenantName tenantSlug nextRunAt
      underWay { id step requestedAt }
      last {
        id verdict trigger requestedAt startedAt finishedAt
        counts { proven broken notEnforced unknown }
        probes { key group claim how verdict evidence remedy at }
      }
    }
  }
`);

export type TenantIsolation = NonNullable<WatchIsolationSubscription["isolationReportProgress"]>;
export type IsolationReport = NonNullable<TenantIsolation["last"]>;
export type IsolationProbe = IsolationReport["probes"][number];

export interface IsolationWatch {
  isolation: TenantIsolation | undefined;
  isGone: boolean;
}

const source: LiveSource<WatchIsolationSubscription, { tenantId: string }, IsolationWatch> = {
  document,
  initial: { isolation: undefined, isGone: false },
  reduce: (before, { isolationReportProgress: isolation }) =>
    isolation ? { isolation, isGone: false } : { ...before, isGone: true },
};

/** A tenant's isolation report, live while it is made. */
export function useWatchIsolation(tenantId: string) {
  return useLiveReducer(source, { tenantId });
}

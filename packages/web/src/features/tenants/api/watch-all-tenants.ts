import { graphql } from "../../../generated/gql.ts";
import type { TenantFilter, WatchAllTenantsSubscription } from "../../../generated/graphql.ts";
import { type LiveSource, useLiveReducer } from "../../../lib/api/use-live-reducer.ts";

const document = graphql(`
  subscription WatchAllTenants($filter: TenantFilter) {
    tenants(filter: $filter) {
      isSnapshot
      changes { type tenant { id ...TenantRow_tenant } }
    }
  }
`);

// Rows change through the cache; what is counted here are messages after which the pages must be read again.
const source: LiveSource<
  WatchAllTenantsSubscription,
  { filter: TenantFilter },
  { messages: number; arrivals: number }
> = {
  document,
  initial: { messages: 0, arrivals: 0 },
  fetchPolicy: "network-only",
  reduce: ({ messages, arrivals }, { tenants }) => {
    const isMembershipChanged = tenants.isSnapshot
      ? messages > 0
      : tenants.changes.some(({ type }) => type !== "MODIFIED");
    return { messages: messages + 1, arrivals: arrivals + (isMembershipChanged ? 1 : 0) };
  },
};

/** Keeps cached rows current; the number grows whenever tenants came into the filter or left it. */
export function useWatchAllTenants(filter: TenantFilter): number {
  return useLiveReducer(source, { filter }).state.arrivals;
}

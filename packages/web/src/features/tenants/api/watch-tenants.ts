import { graphql } from "../../../generated/gql.ts";
import type { TenantFilter, WatchTenantsSubscription } from "../../../generated/graphql.ts";
import { type LiveSource, useLiveReducer } from "../../../lib/api/use-live-reducer.ts";
import { reduceTenants } from "../tenant-list.ts";

const document = graphql(`
  subscription WatchTenants($filter: TenantFilter) {
    tenants(filter: $filter) {
      isSnapshot
      changes { type tenant { id createdAt ...TenantCard_tenant } }
    }
  }
`);

type ListedTenant = WatchTenantsSubscription["tenants"]["changes"][number]["tenant"];

const source: LiveSource<
  WatchTenantsSubscription,
  { filter?: TenantFilter | null },
  readonly ListedTenant[]
> = {
  document,
  initial: [],
  reduce: (before, data) => reduceTenants(before, data.tenants),
};

/** The tenants that fit the filter, live, newest first. */
export function useWatchTenants(filter: TenantFilter | null) {
  return useLiveReducer(source, { filter });
}

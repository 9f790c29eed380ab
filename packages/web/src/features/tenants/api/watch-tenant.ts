import { graphql } from "../../../generated/gql.ts";
import type { WatchTenantSubscription } from "../../../generated/graphql.ts";
import { type LiveSource, useLiveReducer } from "../../../lib/api/use-live-reducer.ts";

const document = graphql(`
  subscription WatchTenant($id: ID!) {
    tenant(id: $id) {
      id name slug state
      operation { id kind state }
      operationsUnderWay { id }
      actions { isAvailable }
      ...TenantHeader_tenant
      ...TenantFacts_tenant
      ...TenantDatabase_tenant
      ...OverrideStrategy_tenant
      ...TenantPods_tenant
      ...TenantConditions_tenant
      ...TenantActions_tenant
    }
  }
`);

export type WatchedTenant = NonNullable<WatchTenantSubscription["tenant"]>;

export interface TenantWatch {
  /** The last that was seen of it; stays when it is gone. */
  tenant: WatchedTenant | undefined;
  isGone: boolean;
}

const source: LiveSource<WatchTenantSubscription, { id: string }, TenantWatch> = {
  document,
  initial: { tenant: undefined, isGone: false },
  reduce: (before, { tenant }) =>
    tenant ? { tenant, isGone: false } : { tenant: before.tenant, isGone: true },
};

/** One tenant, live, until it is gone. */
export function useWatchTenant(id: string) {
  return useLiveReducer(source, { id });
}

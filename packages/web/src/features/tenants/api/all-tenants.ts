import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";
import type { TenantFilter, TenantOrder } from "../../../generated/graphql.ts";

const allTenantsQuery = graphql(`
  query AllTenants($first: Int!, $after: String, $filter: TenantFilter, $orderBy: TenantOrder) {
    tenants(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { cursor node { id ...TenantRow_tenant } }
    }
  }
`);

export const pageSize = 50;

/** What the API gives at once, at most. */
export const maxPageSize = 100;

/** One page of all tenants; `fetchMore` adds the next. */
export function useAllTenants(filter: TenantFilter, orderBy: TenantOrder) {
  return useQuery(allTenantsQuery, {
    variables: { first: pageSize, filter, orderBy },
    fetchPolicy: "cache-and-network",
    notifyOnNetworkStatusChange: true,
  });
}

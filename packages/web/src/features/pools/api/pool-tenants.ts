import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const poolTenantsQuery = graphql(`
  query PoolTenants($id: ID!) {
    pool(id: $id) { id tenants { id slug name state planCode connectionLimit } }
  }
`);

/** Whose databases are in the pool; read again whenever `tenantCount` is another. */
export function usePoolTenants(id: string) {
  return useQuery(poolTenantsQuery, { variables: { id }, fetchPolicy: "cache-and-network" });
}

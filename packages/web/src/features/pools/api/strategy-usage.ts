import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const strategyUsageQuery = graphql(`
  query StrategyUsage {
    strategyUsage {
      strategy tenantCount spareCount serverCount maxTenants connectionsReserved connectionBudget connectionsUsed
      dataBytes storageBytes load
    }
  }
`);

/** How instances are spread over the database strategies. */
export function useStrategyUsage() {
  return useQuery(strategyUsageQuery, { fetchPolicy: "cache-and-network", pollInterval: 15_000 });
}

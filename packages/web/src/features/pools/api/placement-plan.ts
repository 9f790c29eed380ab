import { useLazyQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const placementPlanQuery = graphql(`
  query PlacementPlan($planCode: String!, $count: Int!) {
    placementPlan(planCode: $planCode, count: $count) {
      strategy count dedicatedServers unplaced
      newPools { name afterCount }
      placements {
        pool isNew count tenantCountAfter maxTenants connectionsReservedAfter connectionBudget reasons
      }
    }
  }
`);

/** Asks where instances would go; answered anew each time. */
export function usePlacementPlan() {
  return useLazyQuery(placementPlanQuery, { fetchPolicy: "no-cache" });
}

import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const plansQuery = graphql(`
  query Plans {
    plans { id code name isAvailable ...PlanSummary_plan }
  }
`);

/** All plans, in the order in which they are shown. */
export function usePlans() {
  return useQuery(plansQuery);
}

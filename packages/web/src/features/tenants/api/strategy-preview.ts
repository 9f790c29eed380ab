import { skipToken, useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";
import type { StrategyWishesInput } from "../../../generated/graphql.ts";

const strategyPreviewQuery = graphql(`
  query StrategyPreview($planCode: String!, $wishes: StrategyWishesInput!) {
    strategyPreview(planCode: $planCode, wishes: $wishes) { strategy rule reason }
  }
`);

/** What would be decided for an instance like this; undefined asks nothing. */
export function useStrategyPreview(asked: { planCode: string; wishes: StrategyWishesInput } | undefined) {
  return useQuery(
    strategyPreviewQuery,
    asked === undefined ? skipToken : { variables: asked, fetchPolicy: "no-cache" },
  );
}

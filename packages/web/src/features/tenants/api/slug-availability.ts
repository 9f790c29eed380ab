import { skipToken, useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const slugAvailabilityQuery = graphql(`
  query SlugAvailability($slug: String!) {
    slugAvailability(slug: $slug) { slug isAvailable problem message hostname }
  }
`);

/** Asks whether a subdomain is free; undefined asks nothing. Never answered from the cache. */
export function useSlugAvailability(slug: string | undefined) {
  return useQuery(
    slugAvailabilityQuery,
    slug === undefined ? skipToken : { variables: { slug }, fetchPolicy: "no-cache" },
  );
}

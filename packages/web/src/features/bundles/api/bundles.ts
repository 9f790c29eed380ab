import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const bundlesQuery = graphql(`
  query Bundles {
    bundles { code name description }
  }
`);

/** What an instance can have installed from the beginning; the first one is the default. */
export function useBundles() {
  return useQuery(bundlesQuery);
}

import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";

const sparesQuery = graphql(`
  query Spares {
    spares { planCode odooVersion bundle wanted ready preparing removing message }
  }
`);

const readAgainEveryMs = 3_000;

/** The stock of warm spares; for platform administrators. */
export function useSpares() {
  return useQuery(sparesQuery, { pollInterval: readAgainEveryMs, fetchPolicy: "cache-and-network" });
}

import { useQuery } from "@apollo/client/react";
import { useEffect } from "react";
import { graphql } from "../../../generated/gql.ts";

const historyQuery = graphql(`
  query OperationHistory($id: ID!, $first: Int!) {
    tenant(id: $id) {
      id
      operations(first: $first) {
        edges {
          node { id kind state error summary requestedBy createdAt startedAt finishedAt }
        }
        pageInfo { hasNextPage }
      }
    }
  }
`);

/** What was asked of an instance, the newest first; read again whenever `version` changes. */
export function useOperationHistory(id: string, { first, version }: { first: number; version: string }) {
  const result = useQuery(historyQuery, { variables: { id, first }, fetchPolicy: "cache-and-network" });
  const { refetch } = result;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version is what calls for another look
  useEffect(() => {
    void refetch().catch(() => undefined); // shown by the result itself
  }, [refetch, version]);
  return result;
}

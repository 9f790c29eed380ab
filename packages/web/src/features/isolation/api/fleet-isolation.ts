import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";
import type { FleetIsolationQuery } from "../../../generated/graphql.ts";

const fleetQuery = graphql(`
  query FleetIsolation($first: Int!, $after: String) {
    fleetIsolationReport(first: $first, after: $after) {
      counts { proven broken notEnforced unknown }
      neverExamined endCursor
      entries {
        tenantId tenantName tenantSlug verdict faults isUnderWay finishedAt
        counts { proven broken notEnforced unknown }
      }
    }
  }
`);

export type FleetIsolation = FleetIsolationQuery["fleetIsolationReport"];
export type FleetEntry = FleetIsolation["entries"][number];

const pageSize = 50;
const pollMs = 15_000;

/** The isolation of all instances, worst first; looked at again while it is shown. */
export function useFleetIsolation() {
  return useQuery(fleetQuery, {
    variables: { first: pageSize },
    fetchPolicy: "no-cache",
    pollInterval: pollMs,
    notifyOnNetworkStatusChange: true,
  });
}

/** Appends a page to what is shown. */
export const joinPages = (before: FleetIsolation, next: FleetIsolation): FleetIsolation => ({
  ...next,
  entries: [...before.entries, ...next.entries],
});

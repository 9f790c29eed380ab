import { useQuery } from "@apollo/client/react";
import { graphql } from "../../../generated/gql.ts";
import type { HealingQuery } from "../../../generated/graphql.ts";

const healingQuery = graphql(`
  query Healing {
    drift(first: 50) { id code message server subject tenantId tenantSlug foundAt endedAt }
    orphans { kind place name reason since removedAfter }
  }
`);

export type DriftFinding = HealingQuery["drift"][number];
export type FoundOrphan = HealingQuery["orphans"][number];

const readAgainEveryMs = 10_000;

/** What the platform found that is not as it should be, read again every ten seconds. */
export function useHealing() {
  return useQuery(healingQuery, { fetchPolicy: "cache-and-network", pollInterval: readAgainEveryMs });
}

import { graphql } from "../../../generated/gql.ts";
import type { WatchPoolsSubscription } from "../../../generated/graphql.ts";
import { type LiveSource, useLiveReducer } from "../../../lib/api/use-live-reducer.ts";
import { reducePools } from "../pool-list.ts";

const document = graphql(`
  subscription WatchPools {
    pools {
      isSnapshot
      changes { type pool { id name state ...PoolCard_pool } }
    }
  }
`);

export type ListedPool = WatchPoolsSubscription["pools"]["changes"][number]["pool"];

const source: LiveSource<WatchPoolsSubscription, Record<string, never>, readonly ListedPool[]> = {
  document,
  initial: [],
  reduce: (before, data) => reducePools(before, data.pools),
};

const none: Record<string, never> = {};

/** All shared servers, live, by their numbers. */
export function useWatchPools() {
  return useLiveReducer(source, none);
}

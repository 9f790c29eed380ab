import { graphql } from "../../../generated/gql.ts";
import type {
  TenantFilter,
  TenantOrder,
  TenantState,
  WatchAllTenantsSubscription,
} from "../../../generated/graphql.ts";
import { type LiveSource, useLiveReducer } from "../../../lib/api/use-live-reducer.ts";

const document = graphql(`
  subscription WatchAllTenants($filter: TenantFilter) {
    tenants(filter: $filter) {
      isSnapshot
      changes { type tenant { id state ...TenantRow_tenant } }
    }
  }
`);

type Message = WatchAllTenantsSubscription["tenants"];

/** What is known of the rows, and how often they came or went, and changed their state. */
export interface Arrangement {
  states: ReadonlyMap<string, TenantState> | undefined;
  arrivals: number;
  turns: number;
}

export const noArrangement: Arrangement = { states: undefined, arrivals: 0, turns: 0 };

/** Folds one message. The first snapshot counts nothing: the pages were read at the same time. */
export function reduceArrangement(before: Arrangement, { isSnapshot, changes }: Message): Arrangement {
  const known = before.states ?? new Map<string, TenantState>();
  const states = new Map(isSnapshot ? [] : known);
  for (const { type, tenant } of changes) {
    if (type === "DELETED") states.delete(tenant.id);
    else states.set(tenant.id, tenant.state);
  }
  if (before.states === undefined) return { ...before, states };
  const isSameRows = states.size === known.size && [...states.keys()].every((id) => known.has(id));
  const isTurned = changes.some(({ tenant: { id } }) => known.has(id) && known.get(id) !== states.get(id));
  return {
    states,
    arrivals: before.arrivals + (isSameRows ? 0 : 1),
    turns: before.turns + (isTurned ? 1 : 0),
  };
}

const source: LiveSource<WatchAllTenantsSubscription, { filter: TenantFilter }, Arrangement> = {
  document,
  initial: noArrangement,
  fetchPolicy: "network-only",
  reduce: (arrangement, { tenants }) => reduceArrangement(arrangement, tenants),
};

/** Keeps cached rows current; the number grows whenever pages in that order are not what they were. */
export function useWatchAllTenants(filter: TenantFilter, orderBy: TenantOrder): number {
  const { arrivals, turns } = useLiveReducer(source, { filter }).state;
  return orderBy.field === "STATE" ? arrivals + turns : arrivals;
}

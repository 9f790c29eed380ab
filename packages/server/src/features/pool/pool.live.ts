import { isDeepStrictEqual } from "node:util";
import { makeLiveQuery } from "../../graphql/live-query.ts";
import type { RequestContext } from "../../graphql/request-context.ts";
import { findPools, type PoolRow } from "./pool.repository.ts";

export interface PoolRowChange {
  type: "ADDED" | "MODIFIED" | "DELETED";
  row: PoolRow;
}

export interface PoolRowsUpdate {
  isSnapshot: boolean;
  changes: PoolRowChange[];
}

/** All pools, then what changes of them. */
export function watchPools(context: RequestContext): AsyncIterableIterator<PoolRowsUpdate> {
  let shown: Map<string, PoolRow> | undefined;
  return makeLiveQuery<PoolRowsUpdate>({
    changes: context.changes,
    isRelevant: (topic) => topic === "pools",
    async read() {
      const rows = await context.inViewerScope((transaction) => findPools(transaction));
      const isSnapshot = shown === undefined;
      const changes = findChanges(shown ?? new Map(), rows);
      shown = new Map(rows.map((row) => [row.id, row]));
      return isSnapshot || changes.length > 0 ? { value: { isSnapshot, changes } } : undefined;
    },
  });
}

/** Pure: what brings `shown` to `rows`. */
export function findChanges(shown: ReadonlyMap<string, PoolRow>, rows: PoolRow[]): PoolRowChange[] {
  const present = new Set(rows.map(({ id }) => id));
  const gone = [...shown.values()].filter(({ id }) => !present.has(id));
  const changed = rows.filter((row) => !isDeepStrictEqual(shown.get(row.id), row));
  return [
    ...changed.map((row) => ({ type: shown.has(row.id) ? ("MODIFIED" as const) : ("ADDED" as const), row })),
    ...gone.map((row) => ({ type: "DELETED" as const, row })),
  ];
}

import { choosePool, type PlaceWanted, type PoolCandidate } from "./choose-pool.ts";
import type { PoolSize } from "./pool-size.ts";

/** What would be asked, of which pools, and by which rules further ones are made. */
export interface PlacementQuestion {
  pools: PoolCandidate[];
  wanted: PlaceWanted;
  count: number;
  supply: {
    size: PoolSize;
    /** A further pool is made when fewer places are free. */
    minFreePlaces: number;
    /** Connections that a place is counted with. */
    placeConnections: number;
    /** Of the next pool's name. */
    nextNumber: number;
  };
}

/** What one pool would take. */
export interface PlannedPool {
  /** As it would be afterwards. */
  pool: PoolCandidate;
  isNew: boolean;
  count: number;
  /** Of the first that would come there. */
  score: number;
  reasons: string[];
}

export interface PlacementPlan {
  pools: PlannedPool[];
  /** Pools that would be made, after how many of the tenants. */
  newPools: { name: string; afterCount: number }[];
  /** Tenants that fit in no pool of this size. */
  unplaced: number;
}

/** Places tenants as the reconciler would, on paper; a further pool counts as ready at once. Pure. */
export function planPlacements(question: PlacementQuestion): PlacementPlan {
  const { wanted, count } = question;
  const paper = makePaper(question);
  for (let placed = 0; placed < count; placed += 1) {
    paper.keepSupply(placed);
    if (choosePool(paper.pools, wanted) === undefined) paper.addPool(placed);
    const choice = choosePool(paper.pools, wanted);
    if (choice === undefined) return { ...paper.result(), unplaced: count - placed };
    paper.place(choice);
  }
  paper.keepSupply(count);
  return { ...paper.result(), unplaced: 0 };
}

function makePaper({ pools: known, wanted, supply }: PlacementQuestion) {
  const pools = known.map((pool) => ({ ...pool }));
  const planned = new Map<string, PlannedPool>();
  const newPools: PlacementPlan["newPools"] = [];
  const addPool = (afterCount: number) => {
    const name = `postgres-shared-${supply.nextNumber + newPools.length}`;
    pools.push(buildEmpty(name, supply.size));
    newPools.push({ name, afterCount });
  };
  return {
    pools,
    addPool,
    keepSupply(afterCount: number) {
      if (countFree(pools, supply.placeConnections) < Math.max(1, supply.minFreePlaces)) addPool(afterCount);
    },
    place({ pool, score, reasons }: { pool: PoolCandidate; score: number; reasons: string[] }) {
      pool.usedTenants += 1;
      pool.usedConnections += wanted.connectionLimit;
      const isNew = newPools.some(({ name }) => name === pool.name);
      const entry = planned.get(pool.name) ?? { pool, isNew, count: 0, score, reasons };
      planned.set(pool.name, { ...entry, count: entry.count + 1 });
    },
    result: () => ({ pools: [...planned.values()], newPools }),
  };
}

/** Places as the supply counts them: by tenants and by connections. */
export const countFree = (pools: PoolCandidate[], placeConnections: number): number =>
  pools.reduce((sum, pool) => sum + freePlacesOf(pool, placeConnections), 0);

/** How many more tenants with that many connections a pool takes. */
export function freePlacesOf(
  pool: Pick<PoolCandidate, "usedTenants" | "maxTenants" | "usedConnections" | "connectionBudget">,
  placeConnections: number,
): number {
  const byConnections = Math.floor((pool.connectionBudget - pool.usedConnections) / placeConnections);
  return Math.max(0, Math.min(pool.maxTenants - pool.usedTenants, byConnections));
}

const buildEmpty = (name: string, size: PoolSize): PoolCandidate => ({
  id: name,
  name,
  usedTenants: 0,
  maxTenants: size.maxTenants,
  usedConnections: 0,
  connectionBudget: size.connectionBudget,
  storageBytes: size.storageBytes,
  dataBytes: 0,
  load: 0,
  hasTemplate: true,
});

/** What is known of a pool when a place is looked for. */
export interface PoolCandidate {
  id: string;
  name: string;
  usedTenants: number;
  maxTenants: number;
  /** Sum of the limits of the roles in it. */
  usedConnections: number;
  connectionBudget: number;
  storageBytes: number;
  /** Measured; null before the first time. */
  dataBytes: number | null;
  /** Measured: busy sessions per core; null before the first time. */
  load: number | null;
  /** The tenant's template can be cloned there at once. */
  hasTemplate: boolean;
}

/** What a tenant takes of a pool. */
export interface PlaceWanted {
  connectionLimit: number;
}

/** The pool that was chosen, and why, in words. */
export interface Choice<Pool extends PoolCandidate = PoolCandidate> {
  pool: Pool;
  /** 0 to 100: how much room it has. */
  score: number;
  reasons: string[];
}

const weights = { tenants: 25, connections: 35, size: 20, load: 20 };
const missingTemplatePenalty = 10;
const fullStorage = 0.9;

const clamp = (share: number) => Math.min(1, Math.max(0, share));
const sizeShare = ({ dataBytes, storageBytes }: PoolCandidate) => clamp((dataBytes ?? 0) / storageBytes);

/** Whether the tenant fits: a place, its connections, and storage that is not nearly full. */
export function canTake(pool: PoolCandidate, { connectionLimit }: PlaceWanted): boolean {
  const hasPlace = pool.usedTenants < pool.maxTenants;
  const hasConnections = pool.usedConnections + connectionLimit <= pool.connectionBudget;
  return hasPlace && hasConnections && sizeShare(pool) < fullStorage;
}

/** 0 to 100: the weighted room that is left when the tenant is in it. */
export function scorePool(pool: PoolCandidate, { connectionLimit }: PlaceWanted): number {
  const room = {
    tenants: 1 - (pool.usedTenants + 1) / pool.maxTenants,
    connections: 1 - (pool.usedConnections + connectionLimit) / pool.connectionBudget,
    size: 1 - sizeShare(pool),
    load: 1 - clamp(pool.load ?? 0),
  };
  const sum = Object.entries(weights).reduce(
    (total, [key, weight]) => total + weight * clamp(room[key as keyof typeof room]),
    0,
  );
  const score = sum - (pool.hasTemplate ? 0 : missingTemplatePenalty);
  return Math.max(0, Math.round(score * 10) / 10);
}

/** The pool with the most room; of equals the one with the lowest number. Undefined when the tenant fits in none. */
export function choosePool<Pool extends PoolCandidate>(
  pools: Pool[],
  wanted: PlaceWanted,
): Choice<Pool> | undefined {
  const ranked = pools
    .filter((pool) => canTake(pool, wanted))
    .map((pool) => ({ pool, score: scorePool(pool, wanted) }))
    .sort((a, b) => b.score - a.score || compareNames(a.pool.name, b.pool.name));
  const [best, next] = ranked;
  return best && { ...best, reasons: explain(best, next) };
}

const compareNames = (a: string, b: string) => a.length - b.length || (a < b ? -1 : 1);

interface Ranked {
  pool: PoolCandidate;
  score: number;
}

function explain({ pool, score }: Ranked, next: Ranked | undefined): string[] {
  const comparison = next
    ? `It had the most room: ${score} points of 100; the next, ${next.pool.name}, had ${next.score}.`
    : `It was the only pool with room (${score} points of 100).`;
  return [
    comparison,
    `${pool.usedTenants} of ${pool.maxTenants} places and ${pool.usedConnections} of ${pool.connectionBudget} connections were taken.`,
    describeMeasured(pool),
    ...(pool.hasTemplate ? [] : ["Its template was not ready yet, which counted against it."]),
  ];
}

const percent = (share: number) => `${Math.round(share * 100)}%`;

function describeMeasured(pool: PoolCandidate): string {
  if (pool.dataBytes === null || pool.load === null) return "Its size and load had not been measured yet.";
  return `Its storage was ${percent(sizeShare(pool))} full, and it was ${percent(clamp(pool.load))} busy.`;
}

import { type SpareKind, spareKindKey } from "../../core/spares.ts";
import type { TenantStateName } from "../../database/tables.ts";

/** Spares of one kind that are wanted, and with which image they are made. */
export interface WantedSpares extends SpareKind {
  count: number;
  image: string;
}

/** A spare that exists and is not being deleted. */
export interface ExistingSpare extends SpareKind {
  id: string;
  image: string;
  state: TenantStateName;
  ageMs: number;
  /** Of its database server; absent before it has a place. */
  serverState: string | null;
}

export interface SparePlan {
  /** Kinds to make, one entry a spare. */
  missing: SpareKind[];
  /** Ids to remove. */
  surplus: string[];
}

/** So many are being made at once: customers' own creations come first. */
const madeAtOnce = 4;
/** A spare that failed is kept for a while, so that somebody can look, and its successor does not fail at once. */
const failedKeptMs = 300_000;

const leavingServers = new Set(["CORDONED", "DRAINING"]);

const isFresh = (spare: ExistingSpare, image: string | undefined): boolean =>
  spare.image === image &&
  !leavingServers.has(spare.serverState ?? "") &&
  (spare.state !== "FAILED" || spare.ageMs < failedKeptMs);

const isUnfinished = ({ state }: ExistingSpare): boolean => state !== "RUNNING";

/** What to make and what to remove, so that each kind has as many current spares as wanted. */
export function planSpares(wanted: WantedSpares[], existing: ExistingSpare[]): SparePlan {
  const targets = new Map(wanted.map((target) => [spareKindKey(target), target]));
  const fresh = existing.filter((spare) => isFresh(spare, targets.get(spareKindKey(spare))?.image));
  const kept = wanted.flatMap((target) => {
    const ofKind = fresh.filter((spare) => spareKindKey(spare) === spareKindKey(target));
    // The finished ones stay, then those that are nearest to it.
    return ofKind
      .sort((a, b) => Number(isUnfinished(a)) - Number(isUnfinished(b)) || b.ageMs - a.ageMs)
      .slice(0, target.count);
  });
  const keptIds = new Set(kept.map(({ id }) => id));
  const missing = wanted.flatMap(({ planCode, version, bundle, count }) => {
    const has = kept.filter((spare) => spareKindKey(spare) === spareKindKey({ planCode, version, bundle }));
    return Array.from({ length: Math.max(0, count - has.length) }, () => ({ planCode, version, bundle }));
  });
  return {
    missing: missing.slice(0, Math.max(0, madeAtOnce - kept.filter(isUnfinished).length)),
    surplus: existing.filter(({ id }) => !keptIds.has(id)).map(({ id }) => id),
  };
}

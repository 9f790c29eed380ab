import type { Deployment, ReplicaSet } from "../../client/kube-types.ts";

/** Where a Deployment stands: the ReplicaSet of its present template, the older ones, and whether these still have pods. */
export interface Rollout {
  deployment: Deployment;
  current: ReplicaSet | undefined;
  old: ReplicaSet[];
  hasOldPods: boolean;
}

export interface Scaling {
  replicaSet: ReplicaSet;
  replicas: number;
}

const sum = (sets: ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number =>
  sets.reduce((total, set) => total + (count(set) ?? 0), 0);

const resolve = (value: number | string, total: number, round: (share: number) => number): number =>
  typeof value === "number" ? value : round((Number.parseFloat(value) / 100) * total);

/** How many pods may be missing and how many may be extra during a rolling update; never both zero. */
export function resolveLimits(deployment: Deployment): { maxUnavailable: number; maxSurge: number } {
  const { strategy, replicas = 1 } = deployment.spec;
  if (strategy?.type === "Recreate") return { maxUnavailable: replicas, maxSurge: 0 };
  const { maxUnavailable = "25%", maxSurge = "25%" } = strategy?.rollingUpdate ?? {};
  const surge = resolve(maxSurge, replicas, Math.ceil);
  const unavailable = Math.min(replicas, resolve(maxUnavailable, replicas, Math.floor));
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** How many replicas the present ReplicaSet may have now. */
export function planCurrentSize({ deployment, current, old, hasOldPods }: Rollout): number {
  const { replicas = 1, strategy } = deployment.spec;
  const size = current?.spec.replicas ?? 0;
  if (size >= replicas) return replicas;
  if (strategy?.type === "Recreate") return hasOldPods ? size : replicas;
  const room = replicas + resolveLimits(deployment).maxSurge - size - sum(old, (set) => set.spec.replicas);
  return size + Math.max(0, Math.min(room, replicas - size));
}

/** Takes up to `limit` pods from the sets in turn: how many from each. */
const takeInTurn = (counts: number[], limit: number): number[] => {
  let left = Math.max(0, limit);
  return counts.map((count) => {
    const taken = Math.min(count, left);
    left -= taken;
    return taken;
  });
};

/** Which older ReplicaSets shrink now: first pods that are of no use, then as many as the new ones replace. */
export function planOldSizes({ deployment, current, old }: Rollout): Scaling[] {
  const { replicas = 1, strategy } = deployment.spec;
  const shrinking = old.filter((set) => (set.spec.replicas ?? 0) > 0);
  if (strategy?.type === "Recreate") return shrinking.map((replicaSet) => ({ replicaSet, replicas: 0 }));
  const sets = current ? [current, ...old] : old;
  const sizeOf = (set: ReplicaSet): number => set.spec.replicas ?? 0;
  const availableOf = (set: ReplicaSet): number => Math.min(sizeOf(set), set.status?.availableReplicas ?? 0);
  const minAvailable = replicas - resolveLimits(deployment).maxUnavailable;
  const currentUnavailable = current ? sizeOf(current) - availableOf(current) : 0;
  const mayGo = sum(sets, sizeOf) - minAvailable - currentUnavailable;
  if (mayGo <= 0) return [];
  const useless = takeInTurn(
    shrinking.map((set) => sizeOf(set) - availableOf(set)),
    mayGo,
  );
  const useful = takeInTurn(shrinking.map(availableOf), sum(sets, availableOf) - minAvailable);
  return shrinking.flatMap((replicaSet, index) => {
    const gone = (useless[index] ?? 0) + (useful[index] ?? 0);
    return gone > 0 ? [{ replicaSet, replicas: sizeOf(replicaSet) - gone }] : [];
  });
}

/** Old ReplicaSets beyond the history that is kept, oldest first. */
export function findOutdated(deployment: Deployment, old: ReplicaSet[]): ReplicaSet[] {
  const empty = old.filter((set) => set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0);
  const tooMany = empty.length - (deployment.spec.revisionHistoryLimit ?? 10);
  return tooMany > 0 ? empty.sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, tooMany) : [];
}

export const revisionAnnotation = "deployment.kubernetes.io/revision";

export const revisionOf = ({ metadata }: ReplicaSet | Deployment): number =>
  Number(metadata.annotations?.[revisionAnnotation] ?? 0);

import { kinds } from "../client/kinds.ts";
import type { Deployment, Job, Namespace, Pod, StatefulSet } from "../client/shapes.ts";
import type { Caches } from "../reflector/caches.ts";

/** What the caches show of one namespace at one moment. */
export interface Snapshot {
  namespace: Namespace | undefined;
  deployments: Deployment[];
  statefulSets: StatefulSet[];
  jobs: Job[];
  pods: Pod[];
  observedAt: Date | null;
  isStale: boolean;
}

/** Reads the caches, which hold what we wrote ourselves as well. */
export function takeSnapshot(caches: Caches, namespace: string): Snapshot {
  return {
    namespace: caches.of<Namespace>(kinds.Namespace).find({ name: namespace }),
    deployments: caches.of<Deployment>(kinds.Deployment).list(namespace),
    statefulSets: caches.of<StatefulSet>(kinds.StatefulSet).list(namespace),
    jobs: caches.of<Job>(kinds.Job).list(namespace),
    pods: caches.of<Pod>(kinds.Pod).list(namespace),
    observedAt: caches.observedAt(),
    isStale: caches.isStale(),
  };
}

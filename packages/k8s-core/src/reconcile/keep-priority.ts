import type { Deployment, DesiredObject } from "../client/shapes.ts";
import { findDifferences } from "./differs.ts";

interface Workload extends DesiredObject {
  spec: { replicas: number; template: { spec: { priorityClassName?: string } } };
}

/**
 * A pod's priority cannot change while it runs. The pod of a spare that was taken keeps the spares' class as long as it
 * serves; whenever it is to be replaced or stopped anyway, or is gone, the desired class comes with it.
 */
export function keepPriorityOfTaken(
  desired: DesiredObject,
  live: Deployment,
  spareClass: string,
): DesiredObject {
  const { spec } = desired as Workload;
  const liveTemplate = (live as unknown as Workload).spec?.template;
  const isServing = spec.replicas > 0 && (live.status?.availableReplicas ?? 0) > 0;
  if (liveTemplate?.spec.priorityClassName !== spareClass || !isServing) return desired;
  const podSpec = { ...spec.template.spec, priorityClassName: spareClass };
  const kept = { ...desired, spec: { ...spec, template: { ...spec.template, spec: podSpec } } };
  const isReplacedAnyway = findDifferences(kept, live).some((path) => path.startsWith("spec.template"));
  return isReplacedAnyway ? desired : kept;
}

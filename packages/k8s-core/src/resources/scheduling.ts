import { platformName } from "../tenant/labels.ts";

export interface SchedulingInput {
  /** Pods of the same component keep apart. */
  component: string;
  priorityClass?: string | undefined;
}

/**
 * Who gives way, and where a pod goes: to the node with the fewest of its kind. Each tenant and pool has a namespace of
 * its own, and topology spread constraints count within one only, hence anti-affinity over all namespaces.
 */
export function buildScheduling({ component, priorityClass }: SchedulingInput) {
  const matchLabels = {
    "app.kubernetes.io/managed-by": platformName,
    "app.kubernetes.io/component": component,
  };
  const podAffinityTerm = {
    topologyKey: "kubernetes.io/hostname",
    labelSelector: { matchLabels },
    namespaceSelector: {},
  };
  return {
    ...(priorityClass && { priorityClassName: priorityClass }),
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }],
      },
    },
  };
}

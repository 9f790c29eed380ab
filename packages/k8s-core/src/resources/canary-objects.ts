import type { DesiredObject } from "../client/shapes.ts";
import { labelKeys, platformName } from "../tenant/labels.ts";
import { buildNamespace } from "./namespace.ts";

/** Where pods show whether this cluster enforces network policies at all. */
export const canaryNamespace = "isolation-canary";

const labels = {
  "app.kubernetes.io/name": "isolation-canary",
  "app.kubernetes.io/part-of": platformName,
  "app.kubernetes.io/managed-by": platformName,
  [labelKeys.probe]: "canary",
};

/** The namespace alone. */
export const buildCanaryNamespace = (): DesiredObject => buildNamespace({ name: canaryNamespace, labels });

/** Denies everything to the pods that are `closed`, and nothing to those that are `open`. */
export function buildCanaryPolicy(): DesiredObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny-all", namespace: canaryNamespace, labels },
    spec: {
      podSelector: { matchLabels: { [labelKeys.canary]: "closed" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [],
    },
  };
}

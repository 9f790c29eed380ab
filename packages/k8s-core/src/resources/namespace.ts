import type { DesiredObject } from "../client/shapes.ts";

/** A namespace that refuses pods that are not hardened (Pod Security `restricted`). */
export function buildNamespace(input: { name: string; labels: Record<string, string> }): DesiredObject {
  const podSecurity = ["enforce", "audit", "warn"].map((mode) => [
    `pod-security.kubernetes.io/${mode}`,
    "restricted",
  ]);
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: input.name, labels: { ...input.labels, ...Object.fromEntries(podSecurity) } },
  };
}

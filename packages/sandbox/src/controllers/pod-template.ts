import { createHash, randomInt } from "node:crypto";
import type { KubeObject, OwnerReference, Pod, PodTemplate } from "../client/kube-types.ts";

// Kubernetes' alphabet for generated names: no vowels, nothing that looks alike.
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** A few random letters for the end of a name. */
export const randomSuffix = (): string =>
  Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");

/** JSON with sorted keys, so that equal values give equal texts. */
export const stableJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** A short name for a value, fit for a label. */
export const hashOf = (value: unknown): string =>
  [...createHash("sha256").update(stableJson(value)).digest().subarray(0, 10)]
    .map((byte) => alphabet[byte % alphabet.length])
    .join("");

/** The reference by which `owner` controls what it makes. */
export const buildControllerReference = (
  apiVersion: string,
  kind: string,
  owner: KubeObject,
): OwnerReference => ({
  apiVersion,
  kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? "",
  controller: true,
  blockOwnerDeletion: true,
});

export interface PodFromTemplate {
  template: PodTemplate;
  name: string;
  namespace: string;
  owner: OwnerReference;
  labels?: Record<string, string>;
}

/** A pod as its template says. */
export const buildPod = ({ template, name, namespace, owner, labels }: PodFromTemplate): Pod => ({
  metadata: {
    name,
    namespace,
    labels: { ...template.metadata?.labels, ...labels },
    ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
    ownerReferences: [owner],
  },
  spec: structuredClone(template.spec),
});

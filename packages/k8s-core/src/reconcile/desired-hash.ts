import { createHash } from "node:crypto";
import type { KubernetesObject } from "../client/kubernetes-client.ts";
import type { DesiredObject } from "../client/shapes.ts";
import { annotationKeys } from "../tenant/labels.ts";

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, canonical(field)]),
  );
}

/** The object with a hash of itself in an annotation, by which a removed field is noticed later. */
export function stampDesiredHash(object: DesiredObject): DesiredObject {
  const hash = createHash("sha256")
    .update(JSON.stringify(canonical(object)))
    .digest("hex")
    .slice(0, 16);
  const annotations = { ...object.metadata.annotations, [annotationKeys.desiredHash]: hash };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The hash that was stamped on an object. */
export const findDesiredHash = (object: KubernetesObject): string | undefined =>
  object.metadata.annotations?.[annotationKeys.desiredHash];

import type { DesiredObject } from "../client/shapes.ts";
import { buildMetadata, type Place } from "./place.ts";
import { bytes } from "./quantities.ts";

interface ClaimInput {
  name: string;
  sizeBytes: number;
  storageClass?: string | undefined;
}

export function buildClaimSpec({ sizeBytes, storageClass }: Omit<ClaimInput, "name">) {
  return {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: bytes(sizeBytes) } },
    ...(storageClass ? { storageClassName: storageClass } : {}),
  };
}

/** A volume for one pod at a time. */
export function buildPersistentVolumeClaim(place: Place, { name, ...input }: ClaimInput): DesiredObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: buildMetadata(place, name, "data"),
    spec: buildClaimSpec(input),
  };
}

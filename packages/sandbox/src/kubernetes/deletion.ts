import type { Resource } from "./kinds.ts";
import { fieldsIn, formatTime, type KubeObject, valueAt } from "./object.ts";
import { conflict } from "./status-error.ts";

/** The body of a DELETE. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: "Background" | "Foreground" | "Orphan";
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: string[];
}

interface Deletion {
  resource: Resource;
  object: KubeObject;
  options: DeleteOptions;
  nowMs: number;
}

function checkPreconditions({ resource, object, options }: Deletion): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = object;
  if (uid && uid !== metadata.uid) {
    throw conflict(
      resource,
      metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
    throw conflict(resource, metadata.name, why);
  }
}

/** Seconds a pod is given; a pod that never ran or has ended goes at once, and so does everything else. */
function graceSeconds({ resource, object, options }: Deletion): number {
  if (resource.storage !== "pods") return 0;
  const isEnded = ["Succeeded", "Failed"].includes(String(valueAt(object, "status.phase")));
  if (!valueAt(object, "spec.nodeName") || isEnded) return 0;
  return Math.max(
    0,
    options.gracePeriodSeconds ?? Number(valueAt(object, "spec.terminationGracePeriodSeconds") ?? 30),
  );
}

function finalizersAfter({ object, options }: Deletion): string[] {
  const policy = options.propagationPolicy ?? (options.orphanDependents ? "Orphan" : undefined);
  const current = object.metadata.finalizers ?? [];
  if (!policy) return current;
  const others = current.filter((name) => name !== "foregroundDeletion" && name !== "orphan");
  if (policy === "Foreground") return [...others, "foregroundDeletion"];
  return policy === "Orphan" ? [...others, "orphan"] : others;
}

function holdsContent(object: KubeObject): boolean {
  const finalizers = object.kind === "Namespace" ? valueAt(object, "spec.finalizers") : undefined;
  return Array.isArray(finalizers) && finalizers.length > 0;
}

function markDeleting({ object, nowMs }: Deletion, seconds: number): void {
  const { metadata } = object;
  const isFirst = metadata.deletionTimestamp === undefined;
  if (!isFirst && seconds >= (metadata.deletionGracePeriodSeconds ?? 0)) return;
  if (metadata.generation && isFirst) metadata.generation += 1;
  metadata.deletionTimestamp = formatTime(nowMs + seconds * 1000);
  metadata.deletionGracePeriodSeconds = seconds;
}

/** What deleting makes of the (own copy of the) object: gone at once, or its state while it waits. Throws 409 for preconditions. */
export function deletionOf(deletion: Deletion): { object: KubeObject; isGone: boolean } {
  checkPreconditions(deletion);
  const { object } = deletion;
  const seconds = graceSeconds(deletion);
  const finalizers = finalizersAfter(deletion);
  if (finalizers.length) object.metadata.finalizers = finalizers;
  else delete object.metadata.finalizers;
  if (seconds === 0 && finalizers.length === 0 && !holdsContent(object)) return { object, isGone: true };
  markDeleting(deletion, seconds);
  if (object.kind === "Namespace") object.status = { ...fieldsIn(object.status), phase: "Terminating" };
  return { object, isGone: false };
}

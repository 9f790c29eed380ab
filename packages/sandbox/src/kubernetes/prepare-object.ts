import { qosClass } from "./defaults/pod-defaults.ts";
import type { Resource } from "./kinds.ts";
import { fieldsIn, type KubeObject } from "./object.ts";
import type { Manager } from "./patch/managed-fields.ts";

/** The status a new object begins with, whatever its creator wrote; nodes register with theirs. */
export function initialStatus(resource: Resource, object: KubeObject): unknown {
  if (!resource.subresources.includes("status") || resource.storage === "nodes") return object.status;
  switch (resource.storage) {
    case "pods":
      return { phase: "Pending", qosClass: qosClass(fieldsIn(object.spec)) };
    case "namespaces":
      return { phase: "Active" };
    case "persistentvolumeclaims":
    case "persistentvolumes":
      return { phase: "Pending" };
    case "services":
    case "ingresses.networking.k8s.io":
      return { loadBalancer: {} };
    default:
      return {};
  }
}

const METADATA_BY_STATUS = new Set(["pods", "nodes", "namespaces"]);

function withStatus(resource: Resource, before: KubeObject, wanted: KubeObject): KubeObject {
  const { managedFields, labels, annotations } = wanted.metadata;
  const isMetadataToo = METADATA_BY_STATUS.has(resource.storage);
  const also = isMetadataToo ? { ...(labels && { labels }), ...(annotations && { annotations }) } : {};
  const metadata = { ...before.metadata, ...also, ...(managedFields && { managedFields }) };
  return { ...structuredClone(before), metadata, status: wanted.status ?? {} };
}

/** Keeps of a write only what its endpoint may change: `/status` the status, the main one the rest. */
export function restrictToSubresource(
  call: { resource: Resource; manager: Manager },
  before: KubeObject,
  wanted: KubeObject,
): KubeObject {
  const { resource, manager } = call;
  const { apiVersion, kind, storage } = resource;
  if (manager.subresource === "status") return withStatus(resource, before, wanted);
  // A binding sets the node and the condition that says so, in one step.
  if (manager.subresource === "binding") return wanted;
  const after: KubeObject = { ...wanted, apiVersion, kind };
  if (resource.subresources.includes("status")) after.status = structuredClone(before.status);
  // Only the finalize endpoint changes a namespace's own finalizers.
  if (storage === "namespaces" && manager.subresource !== "finalize")
    after.spec = structuredClone(before.spec);
  return after;
}

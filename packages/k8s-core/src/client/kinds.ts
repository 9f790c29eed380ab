import type { KubernetesObject, ObjectRef, ResourceKind } from "./kubernetes-client.ts";

const namespaced = (apiVersion: string, kind: string, plural: string): ResourceKind => ({
  apiVersion,
  kind,
  plural,
  isNamespaced: true,
});

/** Every kind of the Kubernetes API that the platform touches. */
export const kinds = {
  Namespace: { apiVersion: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false },
  Node: { apiVersion: "v1", kind: "Node", plural: "nodes", isNamespaced: false },
  PersistentVolume: {
    apiVersion: "v1",
    kind: "PersistentVolume",
    plural: "persistentvolumes",
    isNamespaced: false,
  },
  ConfigMap: namespaced("v1", "ConfigMap", "configmaps"),
  Event: namespaced("v1", "Event", "events"),
  LimitRange: namespaced("v1", "LimitRange", "limitranges"),
  PersistentVolumeClaim: namespaced("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
  Pod: namespaced("v1", "Pod", "pods"),
  ResourceQuota: namespaced("v1", "ResourceQuota", "resourcequotas"),
  Secret: namespaced("v1", "Secret", "secrets"),
  Service: namespaced("v1", "Service", "services"),
  Deployment: namespaced("apps/v1", "Deployment", "deployments"),
  StatefulSet: namespaced("apps/v1", "StatefulSet", "statefulsets"),
  Job: namespaced("batch/v1", "Job", "jobs"),
  EndpointSlice: namespaced("discovery.k8s.io/v1", "EndpointSlice", "endpointslices"),
  Ingress: namespaced("networking.k8s.io/v1", "Ingress", "ingresses"),
  NetworkPolicy: namespaced("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  RoleBinding: namespaced("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
} satisfies Record<string, ResourceKind>;

const byName = new Map<string, ResourceKind>(
  Object.values(kinds).map((kind: ResourceKind) => [`${kind.apiVersion}/${kind.kind}`, kind]),
);

/** The kind of an object; throws for a kind that is not in the table. */
export function getKindOf(object: { apiVersion: string; kind: string }): ResourceKind {
  const kind = byName.get(`${object.apiVersion}/${object.kind}`);
  if (!kind) throw new Error(`Unknown kind ${object.apiVersion}/${object.kind}`);
  return kind;
}

/** Where an object is. */
export function buildRef(object: KubernetesObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { kind: getKindOf(object), name, ...(namespace ? { namespace } : {}) };
}

/** The path of a collection, or of one object when `name` is given. */
export function buildPath(ref: { kind: ResourceKind; namespace?: string; name?: string }): string {
  const { apiVersion, plural, isNamespaced } = ref.kind;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = isNamespaced && ref.namespace ? `/namespaces/${encodeURIComponent(ref.namespace)}` : "";
  return `${root}${scope}/${plural}${ref.name ? `/${encodeURIComponent(ref.name)}` : ""}`;
}

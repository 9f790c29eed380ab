/** One kind of the API. `storage` is shared by the views of one stored kind (core and events.k8s.io events). */
export interface Resource {
  group: string;
  version: string;
  apiVersion: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  isNamespaced: boolean;
  subresources: string[];
  hasGeneration: boolean;
  selectableFields: string[];
  storage: string;
}

interface Row {
  short?: string[];
  isCluster?: boolean;
  isInAll?: boolean;
  sub?: string[];
  hasGeneration?: boolean;
  fields?: string[];
  storage?: string;
}

function resource(apiVersion: string, names: `${string}/${string}`, row: Row = {}): Resource {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const [kind, plural] = names.split("/");
  return {
    group: group!,
    version: version!,
    apiVersion,
    kind: kind!,
    plural: plural!,
    singular: kind!.toLowerCase(),
    shortNames: row.short ?? [],
    categories: row.isInAll ? ["all"] : [],
    isNamespaced: !row.isCluster,
    subresources: row.sub ?? [],
    hasGeneration: row.hasGeneration ?? false,
    selectableFields: [
      "metadata.name",
      ...(row.isCluster ? [] : ["metadata.namespace"]),
      ...(row.fields ?? []),
    ],
    storage: row.storage ?? (group ? `${plural}.${group}` : plural!),
  };
}

const POD_FIELDS = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName"];
const EVENT_FIELDS = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];
const WORKLOAD = { isInAll: true, hasGeneration: true, sub: ["status", "scale"] };
const NETWORKING = "networking.k8s.io/v1";
const RBAC = "rbac.authorization.k8s.io/v1";

/** Every kind that is served: a new one is a row here (and columns in print/columns.ts if it deserves them). */
export const RESOURCES: Resource[] = [
  resource("v1", "Namespace/namespaces", {
    short: ["ns"],
    isCluster: true,
    sub: ["status", "finalize"],
    fields: ["status.phase"],
  }),
  resource("v1", "Pod/pods", {
    short: ["po"],
    isInAll: true,
    hasGeneration: true,
    sub: ["status", "log", "binding", "eviction"],
    fields: [...POD_FIELDS, "status.phase", "status.podIP"],
  }),
  resource("v1", "Service/services", {
    short: ["svc"],
    isInAll: true,
    sub: ["status"],
    fields: ["spec.clusterIP", "spec.type"],
  }),
  resource("v1", "ConfigMap/configmaps", { short: ["cm"] }),
  resource("v1", "Secret/secrets", { fields: ["type"] }),
  resource("v1", "ServiceAccount/serviceaccounts", { short: ["sa"], sub: ["token"] }),
  resource("v1", "PersistentVolumeClaim/persistentvolumeclaims", { short: ["pvc"], sub: ["status"] }),
  resource("v1", "PersistentVolume/persistentvolumes", { short: ["pv"], isCluster: true, sub: ["status"] }),
  resource("v1", "Event/events", {
    short: ["ev"],
    fields: [
      ...EVENT_FIELDS.map((name) => `involvedObject.${name}`),
      "reason",
      "reportingComponent",
      "source",
      "type",
    ],
  }),
  resource("events.k8s.io/v1", "Event/events", {
    short: ["ev"],
    storage: "events",
    fields: [...EVENT_FIELDS.map((name) => `regarding.${name}`), "reason", "reportingController", "type"],
  }),
  resource("v1", "Node/nodes", {
    short: ["no"],
    isCluster: true,
    sub: ["status"],
    fields: ["spec.unschedulable"],
  }),
  resource("v1", "ResourceQuota/resourcequotas", { short: ["quota"], sub: ["status"] }),
  resource("v1", "LimitRange/limitranges", { short: ["limits"] }),
  resource("v1", "Endpoints/endpoints", { short: ["ep"] }),
  resource("apps/v1", "Deployment/deployments", { ...WORKLOAD, short: ["deploy"] }),
  resource("apps/v1", "ReplicaSet/replicasets", { ...WORKLOAD, short: ["rs"], fields: ["status.replicas"] }),
  resource("apps/v1", "StatefulSet/statefulsets", { ...WORKLOAD, short: ["sts"] }),
  resource("apps/v1", "ControllerRevision/controllerrevisions"),
  resource("apps/v1", "DaemonSet/daemonsets", { ...WORKLOAD, sub: ["status"], short: ["ds"] }),
  resource("batch/v1", "Job/jobs", {
    isInAll: true,
    hasGeneration: true,
    sub: ["status"],
    fields: ["status.successful"],
  }),
  resource("batch/v1", "CronJob/cronjobs", {
    isInAll: true,
    hasGeneration: true,
    sub: ["status"],
    short: ["cj"],
  }),
  resource(NETWORKING, "Ingress/ingresses", { short: ["ing"], hasGeneration: true, sub: ["status"] }),
  resource(NETWORKING, "IngressClass/ingressclasses", { isCluster: true, hasGeneration: true }),
  resource(NETWORKING, "NetworkPolicy/networkpolicies", { short: ["netpol"], hasGeneration: true }),
  resource("discovery.k8s.io/v1", "EndpointSlice/endpointslices", { hasGeneration: true }),
  resource("storage.k8s.io/v1", "StorageClass/storageclasses", { short: ["sc"], isCluster: true }),
  resource("scheduling.k8s.io/v1", "PriorityClass/priorityclasses", {
    short: ["pc"],
    isCluster: true,
    hasGeneration: true,
  }),
  resource("coordination.k8s.io/v1", "Lease/leases"),
  resource("policy/v1", "PodDisruptionBudget/poddisruptionbudgets", {
    short: ["pdb"],
    hasGeneration: true,
    sub: ["status"],
  }),
  resource(RBAC, "Role/roles"),
  resource(RBAC, "RoleBinding/rolebindings"),
  resource(RBAC, "ClusterRole/clusterroles", { isCluster: true }),
  resource(RBAC, "ClusterRoleBinding/clusterrolebindings", { isCluster: true }),
];

const byPath = new Map(RESOURCES.map((each) => [`${each.apiVersion}/${each.plural}`, each]));
const byStorage = new Map(RESOURCES.toReversed().map((each) => [each.storage, each]));

/** The kind behind `<apiVersion>/<plural>`. */
export const findResource = (apiVersion: string, plural: string) => byPath.get(`${apiVersion}/${plural}`);

/** The kind as it is stored, by `<plural>[.<group>]`; throws for an unknown one. */
export function getResource(storage: string): Resource {
  const found = byStorage.get(storage);
  if (!found) throw new Error(`No such kind: ${storage}`);
  return found;
}

/** Kinds with storage of their own: each stored kind once. */
export const STORED_RESOURCES = RESOURCES.filter((each) => byStorage.get(each.storage) === each);

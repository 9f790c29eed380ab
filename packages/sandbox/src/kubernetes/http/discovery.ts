import { RESOURCES, type Resource } from "../kinds.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

interface Listed {
  name: string;
  singularName: string;
  namespaced: boolean;
  kind: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  group?: string;
  version?: string;
}

const review = (kind: string): Listed => ({
  name: `${kind.toLowerCase()}s`,
  singularName: kind.toLowerCase(),
  namespaced: false,
  kind,
  verbs: ["create"],
});

/** Kinds that are answered without being stored. */
const VIRTUAL: Record<string, Listed[]> = {
  "authentication.k8s.io/v1": [review("TokenReview"), review("SelfSubjectReview")],
  "authorization.k8s.io/v1": [review("SelfSubjectAccessReview"), review("SubjectAccessReview")],
  "metrics.k8s.io/v1beta1": [
    { name: "nodes", singularName: "", namespaced: false, kind: "NodeMetrics", verbs: ["get", "list"] },
    { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["get", "list"] },
  ],
};

const SUBRESOURCES: Record<string, Partial<Listed>> = {
  status: { verbs: ["get", "patch", "update"] },
  scale: { verbs: ["get", "patch", "update"], group: "autoscaling", version: "v1", kind: "Scale" },
  log: { verbs: ["get"] },
  binding: { verbs: ["create"], kind: "Binding" },
  eviction: { verbs: ["create"], group: "policy", version: "v1", kind: "Eviction" },
  token: { verbs: ["create"], group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
  finalize: { verbs: ["update"] },
};

function listed(resource: Resource): Listed[] {
  const {
    plural: name,
    singular: singularName,
    isNamespaced: namespaced,
    kind,
    shortNames,
    categories,
  } = resource;
  const own: Listed = {
    name,
    singularName,
    namespaced,
    kind,
    verbs: VERBS,
    ...(shortNames.length && { shortNames }),
    ...(categories.length && { categories }),
  };
  const parts = resource.subresources.map((part) => ({
    name: `${name}/${part}`,
    singularName: "",
    namespaced,
    kind,
    verbs: [],
    ...SUBRESOURCES[part],
  }));
  return [own, ...parts];
}

const groupVersions = [
  ...new Set([...RESOURCES.map((resource) => resource.apiVersion), ...Object.keys(VIRTUAL)]),
];

/** Every `<group>/<version>` that is served; `v1` is the core one. */
export const GROUP_VERSIONS: readonly string[] = groupVersions;

function resourceList(groupVersion: string): unknown {
  const own = RESOURCES.filter((resource) => resource.apiVersion === groupVersion).flatMap(listed);
  const resources = [...own, ...(VIRTUAL[groupVersion] ?? [])];
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}

function apiGroup(groupVersion: string) {
  const [name, version] = groupVersion.split("/");
  const preferred = { groupVersion, version };
  return { name, versions: [preferred], preferredVersion: preferred };
}

const groups = groupVersions.filter((groupVersion) => groupVersion.includes("/"));

function coreDocument(version: string | undefined, address: string): unknown {
  if (version === "v1") return resourceList("v1");
  if (version !== undefined) return undefined;
  const serverAddressByClientCIDRs = [{ clientCIDR: "0.0.0.0/0", serverAddress: address }];
  return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs };
}

function groupDocument(group: string | undefined, version: string | undefined): unknown {
  if (group === undefined) return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(apiGroup) };
  const found = groups.find((each) => each === `${group}/${version ?? each.split("/")[1]}`);
  if (!found) return undefined;
  return version === undefined
    ? { kind: "APIGroup", apiVersion: "v1", ...apiGroup(found) }
    : resourceList(found);
}

/** The discovery document at a path; undefined when the path is none. */
export function findDiscovery(path: string, address: string): unknown {
  const [, root, first, second, ...more] = path.replace(/\/$/, "").split("/");
  if (more.length) return undefined;
  if (root === "api" && second === undefined) return coreDocument(first, address);
  return root === "apis" ? groupDocument(first, second) : undefined;
}

import type { KubernetesObject } from "../client/kubernetes-client.ts";
import { platformName } from "../tenant/labels.ts";

/** Fields of an object that somebody else set beside the platform. */
export interface ForeignFields {
  /** As the API server knows the writer, as in `kubectl-edit`. */
  manager: string;
  paths: string[];
}

interface ManagedEntry {
  manager?: string;
  subresource?: string;
  fieldsV1?: FieldTree;
}
type FieldTree = { [key: string]: FieldTree };

// Parts that say what an object does; labels, annotations and status are anybody's.
const watchedParts = ["f:spec", "f:data", "f:rules"];
// Parts of Kubernetes itself, which complete what was asked for.
const ownManagers = new Set([
  platformName,
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-apiserver",
]);

/**
 * What others own of an object's content and the platform does not: it stays when the platform applies, as a container
 * added by hand does, so nobody else would tell of it. From `metadata.managedFields`.
 */
export function findForeignFields(object: KubernetesObject): ForeignFields[] {
  const entries = (object.metadata.managedFields ?? []) as ManagedEntry[];
  const own = new Set(entries.filter(({ manager }) => manager === platformName).flatMap(listPaths));
  return entries
    .filter(({ manager = "", subresource }) => !ownManagers.has(manager) && !subresource)
    .map((entry) => ({
      manager: entry.manager ?? "somebody",
      paths: listPaths(entry).filter((path) => !own.has(path)),
    }))
    .filter(({ paths }) => paths.length > 0);
}

const listPaths = ({ fieldsV1 = {} }: ManagedEntry): string[] =>
  watchedParts.flatMap((part) => (fieldsV1[part] ? walk(fieldsV1[part], nameOf(part)) : []));

function walk(tree: FieldTree, path: string): string[] {
  const keys = Object.keys(tree).filter((key) => key !== ".");
  // "." says that the thing itself is the writer's: what is in it needs no telling.
  if (keys.length === 0 || (tree["."] && path.endsWith("]"))) return [path];
  return keys.flatMap((key) =>
    walk(tree[key] ?? {}, key.startsWith("f:") ? `${path}.${nameOf(key)}` : `${path}[${labelOf(key)}]`),
  );
}

const nameOf = (key: string) => key.slice(2);

/** `k:{"name":"sidecar"}` → sidecar; `v:"x"` → x */
function labelOf(key: string): string {
  const value: unknown = JSON.parse(key.slice(2));
  return typeof value === "object" && value !== null ? Object.values(value).join("/") : String(value);
}

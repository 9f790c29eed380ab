import type { KubernetesObject } from "../client/kubernetes-client.ts";
import { parseQuantity } from "../resources/quantities.ts";

type Fields = Record<string, unknown>;

// Maps of quantities in the API, where "1" and "1000m" are the same.
const quantityParents = new Set([
  "limits",
  "requests",
  "hard",
  "default",
  "defaultRequest",
  "max",
  "min",
  "capacity",
]);
// The keys by which the API merges lists of objects; other lists count by position.
const listKeys: Record<string, string[]> = {
  containers: ["name"],
  initContainers: ["name"],
  volumes: ["name"],
  env: ["name"],
  volumeMounts: ["mountPath"],
  ports: ["containerPort", "port", "protocol"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
};

const atomicObjects = new Set(["podSelector", "namespaceSelector", "selector"]);

/**
 * Where the live object falls short of the desired one; empty when the desired one is contained in it.
 * What the server added does not count; lists of the API's merge kind are matched by their keys.
 */
export function findDifferences(desired: KubernetesObject, live: KubernetesObject): string[] {
  const { metadata, ...content } = desired;
  const { labels, annotations } = metadata;
  return [
    ...compare(labels, live.metadata.labels, ["metadata", "labels"]),
    ...compare(annotations, live.metadata.annotations, ["metadata", "annotations"]),
    ...Object.entries(content).flatMap(([key, value]) => compare(value, live[key], [key])),
  ];
}

/** Whether anything would have to be written. */
export const differs = (desired: KubernetesObject, live: KubernetesObject): boolean =>
  findDifferences(desired, live).length > 0;

function compare(desired: unknown, live: unknown, path: string[]): string[] {
  if (desired === undefined || desired === null) return [];
  if (Array.isArray(desired)) return compareLists(desired, live, path);
  if (typeof desired === "object") return compareObjects(desired as Fields, live, path);
  return isSameScalar(desired, live, path) ? [] : [path.join(".")];
}

function compareObjects(desired: Fields, live: unknown, path: string[]): string[] {
  // The server may leave out what is empty.
  if (live === undefined && Object.keys(desired).length === 0) return [];
  if (typeof live !== "object" || live === null || Array.isArray(live)) return [path.join(".")];
  const added = isAtomic(path) ? Object.keys(live).filter((key) => !(key in desired)) : [];
  return [
    ...added.map((key) => [...path, key].join(".")),
    ...Object.entries(desired).flatMap(([key, value]) =>
      compare(value, (live as Fields)[key], [...path, key]),
    ),
  ];
}

// The API replaces these as a whole and puts nothing of its own in: what is more there, somebody added.
const isAtomic = (path: string[]) => isPolicyRule(path) || atomicObjects.has(path.at(-1) ?? "");
const isPolicyRule = (path: string[]) => path[1] === "ingress" || path[1] === "egress";

function compareLists(desired: unknown[], live: unknown, path: string[]): string[] {
  if (live === undefined && desired.length === 0) return [];
  if (!Array.isArray(live)) return [path.join(".")];
  const keys = listKeys[path.at(-1) ?? ""];
  const isMerged = keys !== undefined && !isPolicyRule(path);
  if (!isMerged) {
    if (live.length !== desired.length) return [path.join(".")];
    return desired.flatMap((item, index) => compare(item, live[index], [...path, String(index)]));
  }
  const liveByKey = new Map(live.map((item) => [identify(item as Fields, keys), item]));
  return desired.flatMap((item) => {
    const id = identify(item as Fields, keys);
    return liveByKey.has(id) ? compare(item, liveByKey.get(id), [...path, id]) : [[...path, id].join(".")];
  });
}

function identify(item: Fields, keys: string[]): string {
  const values = keys.map((key) => item[key] ?? (key === "protocol" ? "TCP" : undefined));
  return values.filter((value) => value !== undefined).join("/");
}

function isSameScalar(desired: unknown, live: unknown, path: string[]): boolean {
  if (desired === live) return true;
  const isQuantity = quantityParents.has(path.at(-2) ?? "") || path.at(-1) === "sizeLimit";
  if (!isQuantity || live === undefined) return false;
  const number = parseQuantity(String(desired));
  return number !== undefined && number === parseQuantity(String(live));
}

/** How a list is merged: items keyed by fields, a set of values, or replaced as a whole. */
export type ListShape = { type: "keyed"; keys: readonly string[] } | { type: "set" } | { type: "atomic" };

const ATOMIC: ListShape = { type: "atomic" };
const SET: ListShape = { type: "set" };
const keyed = (...keys: string[]): ListShape => ({ type: "keyed", keys });

const LISTS: Record<string, ListShape> = {
  containers: keyed("name"),
  initContainers: keyed("name"),
  ephemeralContainers: keyed("name"),
  env: keyed("name"),
  volumes: keyed("name"),
  volumeMounts: keyed("mountPath"),
  volumeDevices: keyed("devicePath"),
  conditions: keyed("type"),
  ownerReferences: keyed("uid"),
  imagePullSecrets: keyed("name"),
  hostAliases: keyed("ip"),
  secrets: keyed("name"),
  podIPs: keyed("ip"),
  resourceClaims: keyed("name"),
  topologySpreadConstraints: keyed("topologyKey", "whenUnsatisfiable"),
};

const CONTAINER_PORTS = keyed("containerPort", "protocol");
const SERVICE_PORTS = keyed("port", "protocol");

/** Lists whose shape depends on where they are, by the last two field names (`^`: at the top of the object's part). */
const PLACED: [pattern: RegExp, shape: ListShape][] = [
  [/(^|\.)(initContainers|containers)\.ports$/, CONTAINER_PORTS],
  [/^spec\.ports$/, SERVICE_PORTS],
  [/\bports$/, ATOMIC],
  [/^metadata\.finalizers$/, SET],
  [/^status\.addresses$/, keyed("type")],
  [/\bpodCIDRs$/, SET],
];

/** The shape of the list at a path of field names (without list keys), as Kubernetes' own schemas declare it. */
export function listShape(names: readonly string[]): ListShape {
  const own = LISTS[names.at(-1) ?? ""];
  if (own) return own;
  const path = names.join(".");
  return PLACED.find(([pattern]) => pattern.test(path))?.[1] ?? ATOMIC;
}

/** Strategic merge knows a few lists by other keys than server-side apply does. */
export function strategicListShape(names: readonly string[]): ListShape {
  const shape = listShape(names);
  if (names.at(-1) === "taints") return keyed("key");
  if (shape === CONTAINER_PORTS) return keyed("containerPort");
  if (shape === SERVICE_PORTS) return keyed("port");
  if (names.at(-1) === "topologySpreadConstraints") return keyed("topologyKey");
  return names.at(-1) === "podIPs" ? ATOMIC : shape;
}

const ATOMIC_MAPS = new Set([
  "selector",
  "namespaceSelector",
  "podSelector",
  "labelSelector",
  "nodeSelector",
  "involvedObject",
  "regarding",
  "related",
  "claimRef",
  "secretKeyRef",
  "configMapKeyRef",
  "fieldRef",
  "resourceFieldRef",
  "secretRef",
  "roleRef",
  "targetRef",
  "scopeSelector",
  "requiredDuringSchedulingIgnoredDuringExecution",
  "ownerReferences",
  "objectReference",
]);

/** Maps that server-side apply owns and replaces as a whole. */
export const isAtomicMap = (names: readonly string[]): boolean => ATOMIC_MAPS.has(names.at(-1) ?? "");

/** The value of an item's merge key; `protocol` has a default, so it need not be written. */
export function keyOf(
  item: Record<string, unknown>,
  keys: readonly string[],
): Record<string, unknown> | undefined {
  const key: Record<string, unknown> = {};
  for (const name of keys) {
    const value = item[name] ?? (name === "protocol" ? "TCP" : undefined);
    if (value === undefined) return undefined;
    key[name] = value;
  }
  return key;
}

/** The merge key as text, to compare items by. */
export function keyText(item: unknown, keys: readonly string[]): string {
  const key =
    typeof item === "object" && item !== null ? keyOf(item as Record<string, unknown>, keys) : undefined;
  return JSON.stringify(key ?? item);
}

import type { Resource } from "../kinds.ts";
import { type Fields, fieldsIn, isFields, type KubeObject, listIn, valueAt } from "../object.ts";
import { formatQuantity, milliOf } from "./quantity.ts";

/** What an object takes from a quota, in thousandths by the quota's name. */
export type Usage = Map<string, bigint>;

const bigMax = (a: bigint, b: bigint) => (a > b ? a : b);

function sumOf(containers: Fields[], part: string): Usage {
  const sum: Usage = new Map();
  for (const container of containers) {
    for (const [name, value] of Object.entries(fieldsIn(fieldsIn(container.resources)[part])))
      sum.set(name, (sum.get(name) ?? 0n) + milliOf(value));
  }
  return sum;
}

/** A pod's requests or limits: the sum of its containers, or its largest init container where that is more. */
function podTotal(spec: Fields, part: string): Usage {
  const total = sumOf(listIn(spec.containers), part);
  for (const container of listIn(spec.initContainers)) {
    for (const [name, value] of sumOf([container], part))
      total.set(name, bigMax(total.get(name) ?? 0n, value));
  }
  return total;
}

const familyOf = (name: string) => (/cpu|^count|^pods$/.test(name) ? "decimal" : "binary");

const asFields = (usage: Usage): Fields =>
  Object.fromEntries([...usage].map(([name, milli]) => [name, formatQuantity(milli, familyOf(name))]));

/** A pod's requests and limits in total, as quantities. */
export const podResources = (spec: Fields) => ({
  requests: asFields(podTotal(spec, "requests")),
  limits: asFields(podTotal(spec, "limits")),
});

const isTerminal = (pod: KubeObject) =>
  ["Succeeded", "Failed"].includes(String(valueAt(pod, "status.phase")));

function addPod(usage: Usage, pod: KubeObject): void {
  if (isTerminal(pod)) return;
  usage.set("pods", 1000n);
  const spec = fieldsIn(pod.spec);
  for (const [name, value] of podTotal(spec, "requests")) {
    usage.set(`requests.${name}`, value);
    if (["cpu", "memory", "ephemeral-storage"].includes(name)) usage.set(name, value);
  }
  for (const [name, value] of podTotal(spec, "limits")) usage.set(`limits.${name}`, value);
}

function addService(usage: Usage, service: KubeObject): void {
  usage.set("services", 1000n);
  const type = valueAt(service, "spec.type");
  if (type === "LoadBalancer") usage.set("services.loadbalancers", 1000n);
  if (type === "NodePort" || type === "LoadBalancer")
    usage.set("services.nodeports", BigInt(listIn(valueAt(service, "spec.ports")).length) * 1000n);
}

function addClaim(usage: Usage, claim: KubeObject): void {
  const size = milliOf(valueAt(claim, "spec.resources.requests.storage"));
  const storageClass = valueAt(claim, "spec.storageClassName");
  usage.set("persistentvolumeclaims", 1000n).set("requests.storage", size);
  if (storageClass) {
    const prefix = `${storageClass}.storageclass.storage.k8s.io`;
    usage.set(`${prefix}/requests.storage`, size).set(`${prefix}/persistentvolumeclaims`, 1000n);
  }
}

const SIMPLE = ["secrets", "configmaps", "resourcequotas", "replicationcontrollers"];

/** What one object takes from quotas. */
export function usageOf(resource: Resource, object: KubeObject): Usage {
  const { storage } = resource;
  const usage: Usage = new Map([[`count/${storage}`, 1000n]]);
  if (storage === "pods") addPod(usage, object);
  else if (storage === "services") addService(usage, object);
  else if (storage === "persistentvolumeclaims") addClaim(usage, object);
  else if (SIMPLE.includes(storage)) usage.set(storage, 1000n);
  return usage;
}

const COUNTED: [pattern: RegExp, storage: (name: string) => string][] = [
  [/^count\//, (name) => name.slice("count/".length)],
  [/persistentvolumeclaims|^requests\.storage$|\/requests\.storage$/, () => "persistentvolumeclaims"],
  [/^services/, () => "services"],
  [new RegExp(`^(${SIMPLE.join("|")})$`), (name) => name],
  [/./, () => "pods"],
];

/** The kinds whose objects a quota with these names has to count. */
export function countedStorages(hard: Fields): Set<string> {
  return new Set(Object.keys(hard).map((name) => COUNTED.find(([pattern]) => pattern.test(name))![1](name)));
}

/** Containers that do not say what the quota needs to know, by the quota's name. */
export function missingIn(pod: KubeObject, hard: Fields): Map<string, string[]> {
  const missing = new Map<string, string[]>();
  for (const name of Object.keys(hard)) {
    const found = /^(requests|limits)?\.?(cpu|memory)$/.exec(name);
    if (!found) continue;
    const [, part = "requests", unit] = found;
    const silent = listIn(valueAt(pod, "spec.containers")).filter((container) => {
      const given = fieldsIn(container.resources)[part];
      return !(isFields(given) && given[unit!] !== undefined);
    });
    if (silent.length)
      missing.set(
        name,
        silent.map((container) => String(container.name)),
      );
  }
  return missing;
}

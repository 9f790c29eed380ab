import { getResource } from "../kinds.ts";
import { type Fields, fieldsIn, isEqual, isFields, type KubeObject, valueAt } from "../object.ts";
import type { ObjectStore } from "../object-store.ts";
import { forbidden } from "../status-error.ts";
import type { Admission } from "./admission.ts";
import { formatQuantity, milliOf } from "./quantity.ts";
import { countedStorages, missingIn, type Usage, usageOf } from "./resource-usage.ts";

const SCOPES: Record<string, (pod: KubeObject) => boolean> = {
  Terminating: (pod) => valueAt(pod, "spec.activeDeadlineSeconds") !== undefined,
  NotTerminating: (pod) => valueAt(pod, "spec.activeDeadlineSeconds") === undefined,
  BestEffort: (pod) => valueAt(pod, "status.qosClass") === "BestEffort",
  NotBestEffort: (pod) => valueAt(pod, "status.qosClass") !== "BestEffort",
};

function isInScope(quota: KubeObject, object: KubeObject): boolean {
  const scopes = valueAt(quota, "spec.scopes");
  if (!Array.isArray(scopes)) return true;
  return object.kind === "Pod" && scopes.every((scope) => SCOPES[String(scope)]?.(object) ?? true);
}

const familyOf = (text: unknown) => (String(text).endsWith("i") ? "binary" : "decimal");

/** What the namespace's objects take now, for the names the quota limits. */
export function quotaUsage(store: ObjectStore, quota: KubeObject): Usage {
  const hard = fieldsIn(valueAt(quota, "spec.hard"));
  const total: Usage = new Map(Object.keys(hard).map((name) => [name, 0n]));
  for (const storage of countedStorages(hard)) {
    const resource = getResource(storage);
    for (const { object } of store.scan(storage, quota.metadata.namespace ?? "")) {
      if (isInScope(quota, object)) addUsage(total, usageOf(resource, object));
    }
  }
  return total;
}

function addUsage(total: Usage, usage: Usage): void {
  for (const [name, value] of usage) {
    const sum = total.get(name);
    if (sum !== undefined) total.set(name, sum + value);
  }
}

const listOf = (names: string[], values: (name: string) => string) =>
  names
    .sort()
    .map((name) => `${name}=${values(name)}`)
    .join(",");

/** What the write takes beyond what the object took before, for the limited names. */
function growthOf({ resource, object, before }: Admission, hard: Fields): Usage {
  const had: Usage = before ? usageOf(resource, before) : new Map();
  const growth = [...usageOf(resource, object)].map(
    ([name, value]) => [name, value - (had.get(name) ?? 0n)] as const,
  );
  return new Map(growth.filter(([name, value]) => name in hard && value > 0n));
}

function silenceRefusal(quota: KubeObject, { resource, object, before }: Admission): string | undefined {
  if (resource.storage !== "pods" || before) return undefined;
  const missing = [...missingIn(object, fieldsIn(valueAt(quota, "spec.hard")))];
  const parts = missing.map(([name, containers]) => `${name} for: ${containers.join(",")}`);
  return parts.length
    ? `failed quota: ${quota.metadata.name}: must specify ${parts.sort().join("; ")}`
    : undefined;
}

function excessRefusal(quota: KubeObject, admission: Admission): string | undefined {
  const hard = fieldsIn(valueAt(quota, "spec.hard"));
  const growth = growthOf(admission, hard);
  if (growth.size === 0) return undefined;
  const used = quotaUsage(admission.store, quota);
  const over = [...growth.keys()].filter((name) => used.get(name)! + growth.get(name)! > milliOf(hard[name]));
  if (over.length === 0) return undefined;
  const text = (usage: Usage) =>
    listOf(over, (name) => formatQuantity(usage.get(name)!, familyOf(hard[name])));
  const limited = listOf(over, (name) => String(hard[name]));
  return `exceeded quota: ${quota.metadata.name}, requested: ${text(growth)}, used: ${text(used)}, limited: ${limited}`;
}

function refusalBy(quota: KubeObject, admission: Admission): string | undefined {
  const counted = countedStorages(fieldsIn(valueAt(quota, "spec.hard")));
  if (!counted.has(admission.resource.storage) || !isInScope(quota, admission.object)) return undefined;
  return silenceRefusal(quota, admission) ?? excessRefusal(quota, admission);
}

/** Refuses with 403 what would take more than a ResourceQuota of the namespace allows. */
export function checkQuotas(admission: Admission): void {
  const { store, resource, object } = admission;
  for (const quota of store.scan("resourcequotas", object.metadata.namespace ?? "")) {
    const message = refusalBy(quota.object, admission);
    if (message) throw forbidden(resource, object.metadata.name, { message });
  }
}

/** The quota with `status.hard` and `status.used` as they are now; undefined when they already say so. */
export function findQuotaStatus(store: ObjectStore, quota: KubeObject): Fields | undefined {
  const hard = valueAt(quota, "spec.hard");
  if (!isFields(hard)) return undefined;
  const used = [...quotaUsage(store, quota)].map(([name, milli]) => [
    name,
    formatQuantity(milli, familyOf(hard[name])),
  ]);
  const status = { hard, used: Object.fromEntries(used) };
  return isEqual(quota.status, status) ? undefined : status;
}

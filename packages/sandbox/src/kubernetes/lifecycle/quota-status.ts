import { findQuotaStatus } from "../admission/resource-quota.ts";
import { getResource } from "../kinds.ts";
import type { Manager } from "../patch/managed-fields.ts";
import type { Registry } from "../registry.ts";

const MANAGER: Manager = {
  name: "kube-controller-manager",
  operation: "Update",
  apiVersion: "v1",
  subresource: "status",
};

/** Keeps `status.used` of ResourceQuotas as the namespace's objects change; answers how to stop. */
export function keepQuotaStatus(registry: Registry): () => void {
  const pending = new Set<string>();
  const resource = getResource("resourcequotas");
  const refresh = () => {
    const namespaces = [...pending];
    pending.clear();
    for (const namespace of namespaces) {
      for (const { object } of registry.store.list("resourcequotas", namespace)) {
        const status = findQuotaStatus(registry.store, object);
        const { name } = object.metadata;
        if (status)
          registry.update({ resource, namespace, name, manager: MANAGER }, (current) => ({
            ...current!,
            status,
          }));
      }
    }
  };
  let isStopped = false;
  const unsubscribe = registry.store.subscribe("*", ({ object }) => {
    const { namespace } = object.metadata;
    if (!namespace || pending.has(namespace)) return;
    if (pending.size === 0) setImmediate(() => isStopped || refresh());
    pending.add(namespace);
  });
  return () => {
    isStopped = true;
    unsubscribe();
  };
}

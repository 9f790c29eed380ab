import { getResource } from "../kinds.ts";
import type { Manager } from "../patch/managed-fields.ts";
import type { Registry } from "../registry.ts";

const MANAGER: Manager = { name: "kube-apiserver", operation: "Update", apiVersion: "v1" };
const LIFETIME_MS = 3_600_000;
const CHECK_INTERVAL_MS = 60_000;

/** Removes Events that nobody has written to for an hour, as a real API server does; answers how to stop. */
export function expireEvents(registry: Registry): () => void {
  const resource = getResource("events");
  const expire = () => {
    for (const { object } of registry.store.list("events")) {
      const { name, namespace, creationTimestamp = "" } = object.metadata;
      const last = typeof object.lastTimestamp === "string" ? object.lastTimestamp : creationTimestamp;
      if (registry.now() - Date.parse(last) < LIFETIME_MS) continue;
      registry.delete({ resource, namespace, name, manager: MANAGER });
    }
  };
  const timer = setInterval(expire, CHECK_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

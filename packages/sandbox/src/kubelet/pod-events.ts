import type { ApiClient, Log, Pod } from "../client/index.ts";
import { makeEventRecorder } from "../client/index.ts";

export interface PodEvent {
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  /** The container it is about. */
  container?: string;
}

/** Writes Kubernetes Events about pods. */
export interface PodEvents {
  record(pod: Pod, event: PodEvent): void;
}

export function makePodEvents(client: ApiClient, log: Log, nodeName: string): PodEvents {
  const record = makeEventRecorder({ client, log, component: "kubelet", host: nodeName });
  return {
    record({ metadata }, { container, ...what }) {
      const { namespace = "default", name, uid = "" } = metadata;
      const part = container ? { fieldPath: `spec.containers{${container}}` } : {};
      record({ about: { apiVersion: "v1", kind: "Pod", name, namespace, uid, ...part }, ...what });
    },
  };
}

import { randomBytes } from "node:crypto";
import type { ApiClient, KubeEvent, Pod } from "../client/index.ts";

export interface PodEvent {
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  /** The container it is about. */
  container?: string;
}

/** Writes Kubernetes Events; the same event again raises its count. */
export interface PodEvents {
  record(pod: Pod, event: PodEvent): void;
}

const maxRemembered = 2_000;

export function makePodEvents(client: ApiClient, nodeName: string): PodEvents {
  const written = new Map<string, { name: string; count: number }>();

  const write = async (pod: Pod, event: PodEvent): Promise<void> => {
    const { namespace, name, uid, resourceVersion } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/events`;
    const key = [uid, event.reason, event.message].join("\n");
    const now = new Date().toISOString().replace(/\.\d+/, "");
    const known = written.get(key);
    if (known) {
      known.count += 1;
      await client.request("PATCH", `${path}/${known.name}`, { count: known.count, lastTimestamp: now });
      return;
    }
    const eventName = `${name}.${randomBytes(8).toString("hex")}`;
    if (written.size >= maxRemembered) written.delete(written.keys().next().value ?? "");
    written.set(key, { name: eventName, count: 1 });
    const body: KubeEvent & Record<string, unknown> = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: eventName, namespace: namespace ?? "default" },
      involvedObject: {
        apiVersion: "v1",
        kind: "Pod",
        name,
        ...{ namespace, uid, resourceVersion },
        ...(event.container ? { fieldPath: `spec.containers{${event.container}}` } : {}),
      } as KubeEvent["involvedObject"],
      ...{ type: event.type, reason: event.reason, message: event.message, count: 1 },
      ...{ firstTimestamp: now, lastTimestamp: now },
      source: { component: "kubelet", host: nodeName },
      reportingComponent: "kubelet",
      reportingInstance: nodeName,
    };
    await client.request("POST", path, body);
  };

  return {
    // An event is a courtesy: a namespace on its way out takes none.
    record: (pod, event) => void write(pod, event).catch(() => undefined),
  };
}

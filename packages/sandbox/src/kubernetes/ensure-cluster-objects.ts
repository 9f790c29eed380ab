import { getResource } from "./kinds.ts";
import type { KubeObject } from "./object.ts";
import type { Manager } from "./patch/managed-fields.ts";
import type { Registry } from "./registry.ts";

const MANAGER: Manager = { name: "kube-apiserver", operation: "Update", apiVersion: "v1" };
const NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"];
const PRIORITIES = { "system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000 };

/** Makes what every cluster has: its first namespaces, the system's priority classes and the `kubernetes` Service. */
export function ensureClusterObjects(registry: Registry): void {
  const ensure = (storage: string, object: Omit<KubeObject, "apiVersion" | "kind">) => {
    const resource = getResource(storage);
    const { name, namespace } = object.metadata as KubeObject["metadata"];
    if (registry.store.find(storage, { namespace, name })) return;
    registry.create({ resource, namespace, name, manager: MANAGER }, {
      ...object,
      apiVersion: resource.apiVersion,
      kind: resource.kind,
    } as KubeObject);
  };
  for (const name of NAMESPACES) ensure("namespaces", { metadata: { name } });
  for (const [name, value] of Object.entries(PRIORITIES))
    ensure("priorityclasses.scheduling.k8s.io", { metadata: { name }, value });
  ensure("services", {
    metadata: {
      name: "kubernetes",
      namespace: "default",
      labels: { component: "apiserver", provider: "kubernetes" },
    },
    spec: {
      clusterIP: "10.152.128.1",
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }],
    },
  });
}

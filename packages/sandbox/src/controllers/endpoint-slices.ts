import type {
  Endpoint,
  EndpointPort,
  EndpointSlice,
  Pod,
  Service,
  ServicePort,
} from "../client/kube-types.ts";
import { isFinished, isReady } from "./pod-state.ts";
import { buildControllerReference, hashOf, stableJson } from "./pod-template.ts";
import { matchesLabels } from "./selector.ts";

export const serviceNameLabel = "kubernetes.io/service-name";
export const managedByLabel = "endpointslice.kubernetes.io/managed-by";
export const managedBy = "endpointslice-controller.k8s.io";

/** On a pod without an address of its own: JSON of container port → port of the host. */
export const mappedPortsAnnotation = "sandbox.kubelet/ports";

const readMappedPorts = (pod: Pod): Record<string, number> => {
  try {
    return JSON.parse(pod.metadata.annotations?.[mappedPortsAnnotation] ?? "{}") as Record<string, number>;
  } catch {
    return {};
  }
};

const findTargetPort = ({ port, targetPort = port }: ServicePort, pod: Pod): number | undefined => {
  if (typeof targetPort === "number") return targetPort;
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  return ports.find(({ name }) => name === targetPort)?.containerPort;
};

const buildPorts = (service: Service, pod: Pod): EndpointPort[] => {
  const mapped = readMappedPorts(pod);
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const target = findTargetPort(servicePort, pod);
    if (target === undefined) return [];
    const { name = "", protocol = "TCP", appProtocol } = servicePort;
    return [{ name, protocol, port: mapped[target] ?? target, ...(appProtocol ? { appProtocol } : {}) }];
  });
};

const buildEndpoint = (service: Service, pod: Pod): Endpoint => {
  const { name, namespace = "", uid = "", deletionTimestamp } = pod.metadata;
  const { nodeName, hostname, subdomain } = pod.spec;
  const serving = isReady(pod);
  const terminating = deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  return {
    addresses: [pod.status?.podIP ?? ""],
    conditions: { ready, serving, terminating },
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(nodeName ? { nodeName } : {}),
    ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
  };
};

/** A Service's EndpointSlices: one for each set of port numbers among its pods, one empty when it has none. */
export function buildEndpointSlices(service: Service, pods: Pod[]): EndpointSlice[] {
  const { selector } = service.spec;
  if (!selector || Object.keys(selector).length === 0) return [];
  const groups = new Map<string, { ports: EndpointPort[]; endpoints: Endpoint[] }>();
  const members = pods
    .filter((pod) => matchesLabels(selector, pod.metadata.labels) && pod.status?.podIP && !isFinished(pod))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const pod of members) {
    const ports = buildPorts(service, pod);
    const key = stableJson(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(buildEndpoint(service, pod));
    groups.set(key, group);
  }
  if (groups.size === 0) groups.set("[]", { ports: [], endpoints: [] });
  const { name, namespace = "", labels } = service.metadata;
  return [...groups.values()].map(({ ports, endpoints }) => ({
    metadata: {
      name: `${name}-${hashOf(ports).slice(0, 5)}`,
      namespace,
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: managedBy },
      ownerReferences: [buildControllerReference("v1", "Service", service)],
    },
    addressType: "IPv4",
    endpoints,
    ports,
  }));
}

import type { DesiredObject } from "../client/shapes.ts";
import { buildOwnerLabel, buildSelectorLabels, labelKeys } from "../tenant/labels.ts";
import { postgresPort } from "../tenant/names.ts";
import { buildMetadata, type Place } from "./place.ts";
import { probeName } from "./probe-job.ts";

// Private, shared (CGNAT), loopback, link-local (cloud metadata), test and multicast ranges.
const nonPublicV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));
const namespaceNamed = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

type PolicySpec = Record<string, unknown>;

function buildPolicy(place: Place, name: string, spec: PolicySpec): DesiredObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: buildMetadata(place, name, "isolation"),
    spec,
  };
}

const everyPod = { podSelector: {} };

function buildBasePolicies(place: Place): DesiredObject[] {
  const dns = {
    ...namespaceNamed("kube-system"),
    podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
  };
  const dnsPorts = [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ];
  return [
    // Empty lists, not absent ones: they take back what somebody else put there.
    buildPolicy(place, "default-deny", {
      ...everyPod,
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [],
    }),
    buildPolicy(place, "allow-same-namespace", {
      ...everyPod,
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [everyPod] }],
      egress: [{ to: [everyPod] }],
    }),
    buildPolicy(place, "allow-dns", {
      ...everyPod,
      policyTypes: ["Egress"],
      egress: [{ to: [dns], ports: dnsPorts }],
    }),
  ];
}

export interface TenantNetwork {
  ingressNamespace: string;
  /** Ports that the ingress controller may reach. */
  ports: number[];
  databaseNamespace: string;
}

/** SI-3 for a tenant: nothing but what is listed may come in or go out. */
export function buildTenantNetworkPolicies(place: Place, network: TenantNetwork): DesiredObject[] {
  const { ingressNamespace, ports, databaseNamespace } = network;
  const workload = { podSelector: { matchLabels: buildSelectorLabels(place.owner, place.application) } };
  // Wider than Services select: a probe of the isolation stands where the workload does, and serves nobody.
  const names = { key: "app.kubernetes.io/name", operator: "In", values: [place.application, probeName] };
  const workloadOrProbe = {
    podSelector: { matchLabels: buildOwnerLabel(place.owner), matchExpressions: [names] },
  };
  const internet = [
    { ipBlock: { cidr: "0.0.0.0/0", except: nonPublicV4 } },
    // Global unicast only; 6to4 wraps private IPv4 addresses.
    { ipBlock: { cidr: "2000::/3", except: ["2002::/16"] } },
  ];
  return [
    ...buildBasePolicies(place),
    buildPolicy(place, "allow-ingress-controller", {
      ...workload,
      policyTypes: ["Ingress"],
      ingress: [{ from: [namespaceNamed(ingressNamespace)], ports: tcp(...ports) }],
    }),
    buildPolicy(place, "allow-database", {
      ...workloadOrProbe,
      policyTypes: ["Egress"],
      egress: [{ to: [namespaceNamed(databaseNamespace)], ports: tcp(postgresPort) }],
    }),
    buildPolicy(place, "allow-internet", {
      ...workloadOrProbe,
      policyTypes: ["Egress"],
      egress: [{ to: internet, ports: tcp(443, 465, 587) }],
    }),
  ];
}

/** What a tenant's own database server admits besides its own namespace: the control plane, and nobody else. */
export function buildDedicatedServerPolicy(
  place: Place,
  { systemNamespace }: { systemNamespace: string },
): DesiredObject {
  return buildPolicy(place, "allow-control-plane", {
    podSelector: { matchLabels: buildSelectorLabels(place.owner, place.application) },
    policyTypes: ["Ingress"],
    ingress: [{ from: [namespaceNamed(systemNamespace)], ports: tcp(postgresPort) }],
  });
}

/** SI-3 for a database server: its own tenants, Jobs in its namespace and the control plane come in. */
export function buildPoolNetworkPolicies(
  place: Place,
  network: { systemNamespace: string },
): DesiredObject[] {
  const ownTenants = { namespaceSelector: { matchLabels: { [labelKeys.databaseServer]: place.namespace } } };
  const admit = (name: string, from: object) =>
    buildPolicy(place, name, {
      ...everyPod,
      policyTypes: ["Ingress"],
      ingress: [{ from: [from], ports: tcp(postgresPort) }],
    });
  return [
    ...buildBasePolicies(place),
    admit("allow-tenants", ownTenants),
    admit("allow-control-plane", namespaceNamed(network.systemNamespace)),
  ];
}

import { type InstanceDescription, namesOf, namespaceOf, postgresName } from "@odoo-saas/k8s-core";
import type { Cluster } from "../../adapters/kubernetes/cluster.ts";
import { findReadyAddress } from "../../adapters/kubernetes/ready-address.ts";
import type { IsolationNames } from "../../core/isolation.ts";
import type { ProbeTarget } from "../../probe/protocol.ts";
import { type CanaryObservation, type Control, type Fault, isFault } from "./observations.ts";

/** Where clouds tell a machine about itself. */
export const metadataTarget = { name: "metadata", kind: "tcp", host: "169.254.169.254", port: 80 } as const;

export interface TargetInput {
  cluster: Pick<Cluster, "caches" | "client">;
  application: string;
  instance: Pick<InstanceDescription, "ports" | "probes">;
  tenantId: string;
  serverName: string;
  /** Another running tenant. */
  neighbour: { id: string; slug: string } | undefined;
  otherServerName: string | undefined;
  canary: CanaryObservation | Fault;
}

/** What is tried from inside the tenant's namespace and from outside, and who shall be answered there. */
export interface Targets {
  inside: ProbeTarget[];
  outside: ProbeTarget[];
  controls: Record<string, Control | undefined>;
  names: IsolationNames;
}

type Address = { host: string; port: number };

/** Addresses of pods, not of Services: policies see pods, and an attacker need not use a name. */
export function findTargets(input: TargetInput): Targets {
  const { tenantId, serverName, neighbour, otherServerName, canary } = input;
  const own = findInstance(input, tenantId);
  const other = neighbour && findInstance(input, neighbour.id);
  const server = findServer(input, serverName);
  const otherServer = otherServerName === undefined ? undefined : findServer(input, otherServerName);
  const { path } = input.instance.probes.readiness;
  const { hostname, port } = input.cluster.client.server;
  const api = { host: hostname, port: Number(port || 443) };
  const atHttp = (name: string, at: Address | undefined): ProbeTarget[] =>
    at ? [{ name, kind: "http", ...at, path, expects: "DENIAL" }] : [];
  const atPostgres = (
    name: string,
    at: Address | undefined,
    expects: ProbeTarget["expects"],
  ): ProbeTarget[] => (at ? [{ name, kind: "postgres", ...at, expects }] : []);
  return {
    inside: [
      ...atPostgres("own-database", server, "ANSWER"),
      ...atHttp("neighbour", other?.address),
      ...atPostgres("other-server", otherServer, "DENIAL"),
      { name: "kubernetes-api", kind: "tcp", ...api, expects: "DENIAL" },
      { ...metadataTarget, expects: "DENIAL" },
    ],
    outside: [...atHttp("own-instance", own?.address), ...atPostgres("own-server", server, "DENIAL")],
    controls: {
      neighbour: other?.control,
      "own-instance": own?.control,
      "kubernetes-api": { isAnswering: !input.cluster.caches.isStale(), how: "the platform" },
      metadata: { isAnswering: isMetadataSeen(canary), how: "a pod under no policy" },
      "other-server": otherServer && { isAnswering: true, how: "its node's probe" },
      "own-server": server && { isAnswering: true, how: "its node's probe" },
    },
    names: buildNames({ neighbour, otherServerName }, { other: other?.address, otherServer }),
  };
}

const isMetadataSeen = (canary: CanaryObservation | Fault): boolean =>
  !isFault(canary) && canary.openToMetadata === "ANSWERED";

const textOf = ({ host, port }: Address): string => `${host}:${port}`;

function buildNames(
  { neighbour, otherServerName }: Pick<TargetInput, "neighbour" | "otherServerName">,
  { other, otherServer }: { other: Address | undefined; otherServer: Address | undefined },
): IsolationNames {
  return {
    ...(neighbour && { neighbour: neighbour.slug }),
    ...(other && { neighbourAddress: textOf(other) }),
    ...(otherServerName !== undefined && { otherServer: otherServerName }),
    ...(otherServer && { otherServerAddress: textOf(otherServer) }),
  };
}

// An endpoint is ready because the kubelet has just asked the pod at the same port and path.
function findInstance({ cluster, application, instance }: TargetInput, tenantId: string) {
  const namespace = namespaceOf({ id: tenantId });
  const portName = instance.probes.readiness.port;
  const service = namesOf(application).workload;
  const address = findReadyAddress(cluster.caches, { namespace, service, portName });
  return address && { address, control: { isAnswering: true, how: "its node's probe" } };
}

const findServer = ({ cluster }: TargetInput, name: string): Address | undefined =>
  findReadyAddress(cluster.caches, { namespace: name, service: postgresName });

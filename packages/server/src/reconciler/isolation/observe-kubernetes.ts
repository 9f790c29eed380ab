import {
  buildAdmissionSample,
  buildTenantIsolation,
  buildTenantNamespace,
  findDifferences,
  K8sError,
  type KubernetesObject,
  kinds,
  namespaceOf,
  type Pod,
  type TenantIsolationInput,
} from "@odoo-saas/k8s-core";
import type { Cluster } from "../../adapters/kubernetes/cluster.ts";
import type { Admission, KubernetesObservation } from "./observations.ts";

export interface KubernetesInput extends TenantIsolationInput {
  cluster: Pick<Cluster, "client" | "caches">;
  probeImage: string;
  now: Date;
}

const isolationKinds = [kinds.NetworkPolicy, kinds.ResourceQuota, kinds.LimitRange];

/** Reads the namespace from the API itself, and asks admission. Throws when the API does not answer. */
export async function observeKubernetes(input: KubernetesInput): Promise<KubernetesObservation> {
  const { cluster, tenant, probeImage, now } = input;
  const namespace = namespaceOf(tenant);
  const live = await readIsolation(cluster.client, namespace);
  const desired = [buildTenantNamespace(input), ...buildTenantIsolation(input)];
  const wanted = new Set(desired.map(nameOf));
  return {
    at: now.toISOString(),
    objects: desired.map((object) => {
      const found = live.find((one) => nameOf(one) === nameOf(object));
      return { name: nameOf(object), differences: found && findDifferences(object, found) };
    }),
    foreignPolicies: live
      .filter((object) => object.kind === kinds.NetworkPolicy.kind && !wanted.has(nameOf(object)))
      .map(({ metadata }) => metadata.name),
    pods: cluster.caches.of<Pod>(kinds.Pod).list(namespace).map(describePod),
    privileged: await ask(cluster, { namespace, image: probeImage, isPrivileged: true }),
    hardened: await ask(cluster, { namespace, image: probeImage, isPrivileged: false }),
  };
}

const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind}/${metadata.name}`;

async function readIsolation(client: Cluster["client"], namespace: string): Promise<KubernetesObject[]> {
  const lists = await Promise.all(isolationKinds.map((kind) => client.list(kind, { namespace })));
  const own = await client.find({ kind: kinds.Namespace, name: namespace });
  return [...(own ? [own] : []), ...lists.flatMap(({ items }) => items)];
}

interface TokenFields {
  automountServiceAccountToken?: boolean;
  volumes?: { projected?: { sources?: { serviceAccountToken?: object }[] } }[];
}

function describePod({ metadata, spec }: Pod): KubernetesObservation["pods"][number] {
  const { automountServiceAccountToken, volumes } = (spec ?? {}) as TokenFields;
  const isProjected = (volumes ?? []).some(({ projected }) =>
    projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
  );
  return { name: metadata.name, mayHoldToken: automountServiceAccountToken !== false || isProjected };
}

async function ask(
  { client }: Pick<Cluster, "client">,
  sample: Parameters<typeof buildAdmissionSample>[0],
): Promise<Admission> {
  try {
    await client.dryRun(buildAdmissionSample(sample));
    return { outcome: "ADMITTED", detail: "" };
  } catch (error) {
    if (!(error instanceof K8sError) || error.isTransient) throw error;
    const isPodSecurity = error.isForbidden && error.message.includes("violates PodSecurity");
    const detail = `${error.code} ${error.reason}`;
    return { outcome: isPodSecurity ? "REFUSED_BY_POD_SECURITY" : "REFUSED", detail };
  }
}

import type { EndpointSlice } from "../client/kube-types.ts";
import type { Cluster } from "./cluster.ts";
import { buildEndpointSlices, managedBy, managedByLabel, serviceNameLabel } from "./endpoint-slices.ts";
import { keyOf, splitKey } from "./pod-state.ts";
import { stableJson } from "./pod-template.ts";
import { matchesLabels } from "./selector.ts";
import type { WorkQueue } from "./work-queue.ts";

const contentOf = ({ endpoints, ports, metadata }: EndpointSlice): string =>
  stableJson({ endpoints: endpoints ?? [], ports: ports ?? [], labels: metadata.labels ?? {} });

const applySlice = async (
  { endpointSlices }: Cluster,
  wanted: EndpointSlice,
  known: EndpointSlice | undefined,
): Promise<void> => {
  if (!known) await endpointSlices.create(wanted);
  else if (contentOf(known) !== contentOf(wanted)) {
    const metadata = { ...known.metadata, labels: wanted.metadata.labels ?? {} };
    await endpointSlices.update({ ...wanted, metadata });
  }
};

/** Keeps the EndpointSlices of every Service with a selector. */
export function makeEndpointSliceController(cluster: Cluster): WorkQueue {
  const { services, pods, endpointSlices } = cluster;

  const reconcile = async (key: string): Promise<undefined> => {
    const [namespace, name] = splitKey(key);
    const service = services.get(namespace, name);
    const isWanted = service && !service.metadata.deletionTimestamp;
    const wanted = new Map(
      (isWanted ? buildEndpointSlices(service, pods.list(namespace)) : []).map((slice) => [
        slice.metadata.name,
        slice,
      ]),
    );
    const ours = { [serviceNameLabel]: name, [managedByLabel]: managedBy };
    const present = endpointSlices
      .list(namespace)
      .filter(({ metadata }) => matchesLabels(ours, metadata.labels));
    for (const slice of wanted.values()) {
      await applySlice(cluster, slice, endpointSlices.get(namespace, slice.metadata.name));
    }
    for (const slice of present) if (!wanted.has(slice.metadata.name)) await endpointSlices.remove(slice);
    return undefined;
  };

  const queue = cluster.makeQueue("endpointslice", reconcile);
  services.listen((_type, service) => queue.add(keyOf(service)));
  pods.listen((_type, pod, old) => {
    for (const service of services.list(pod.metadata.namespace)) {
      const { selector } = service.spec;
      const isMember = [pod, old].some((either) => either && matchesLabels(selector, either.metadata.labels));
      if (selector && isMember) queue.add(keyOf(service));
    }
  });
  endpointSlices.listen((_type, { metadata }) => {
    const name = metadata.labels?.[managedByLabel] === managedBy && metadata.labels[serviceNameLabel];
    if (name) queue.add(`${metadata.namespace ?? ""}/${name}`);
  });
  return queue;
}

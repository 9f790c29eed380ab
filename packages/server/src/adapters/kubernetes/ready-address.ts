import { type Caches, type EndpointSlice, kinds } from "@odoo-saas/k8s-core";

/** The first ready endpoint of a Service, at the port of that name or at its first; absent while there is none. */
export function findReadyAddress(
  caches: Pick<Caches, "of">,
  { namespace, service, portName }: { namespace: string; service: string; portName?: string },
): { host: string; port: number } | undefined {
  const slices = caches.of<EndpointSlice>(kinds.EndpointSlice).list(namespace);
  for (const { metadata, endpoints, ports } of slices) {
    if (metadata.labels?.["kubernetes.io/service-name"] !== service) continue;
    const host = endpoints?.find(({ conditions }) => conditions?.ready !== false)?.addresses[0];
    const port = (ports?.find(({ name }) => name === portName) ?? ports?.[0])?.port;
    if (host !== undefined && port !== undefined) return { host, port };
  }
  return undefined;
}

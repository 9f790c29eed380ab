import type { ClusterReader } from "../../test/support/cluster-reader.ts";
import { eventually } from "../../test/support/server-process.ts";

interface Slice {
  metadata: { labels: Record<string, string> };
  endpoints?: { addresses: string[]; conditions: { ready: boolean } }[];
  ports: { port: number }[];
}

/** Where the PostgreSQL server of a namespace listens: a pool's, or that of a tenant of its own. */
export const databaseHeadOf = (cluster: ClusterReader, namespace: string) =>
  eventually(async () => {
    const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
    const slices = (await cluster.list(path)) as unknown as Slice[];
    const slice = slices.find(
      ({ metadata, endpoints }) =>
        metadata.labels["kubernetes.io/service-name"] === "postgres" &&
        endpoints?.some(({ conditions }) => conditions.ready),
    );
    return slice && { host: slice.endpoints![0]!.addresses[0]!, port: slice.ports[0]!.port };
  }, 60_000);

import type { ClusterReader } from "./cluster-reader.ts";
import type { PlatformClient } from "./platform-client.ts";
import { eventually } from "./server-process.ts";

export interface SpareStock {
  planCode: string;
  wanted: number;
  ready: number;
  preparing: number;
  removing: number;
  message: string;
}

export async function readStock(admin: PlatformClient): Promise<SpareStock[]> {
  const query = "{ spares { planCode wanted ready preparing removing message } }";
  return (await admin.request<{ spares: SpareStock[] }>(query)).spares;
}

/** Until every kind has as many ready as wanted, and nothing is going on. */
export const untilStocked = (admin: PlatformClient, timeoutMs = 90_000): Promise<SpareStock[]> =>
  eventually(async () => {
    const stock = await readStock(admin);
    const isCalm = stock.every(
      ({ wanted, ready, preparing, removing }) => ready === wanted && preparing + removing === 0,
    );
    return isCalm ? stock : undefined;
  }, timeoutMs);

/** Names of the namespaces that are labelled as spares. */
export async function listSpareNamespaces(cluster: ClusterReader): Promise<string[]> {
  const found = await cluster.list("/api/v1/namespaces?labelSelector=saas-kit%2Fspare%3Dtrue");
  return found.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
}

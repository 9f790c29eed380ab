import { SimpleGrid } from "@mantine/core";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import { formatBytes, formatCores } from "../../../lib/format.ts";
import { UsageBar } from "./usage-bar.tsx";

const poolFragment = graphql(`
  fragment PoolUsage_pool on Pool {
    state tenantCount spareCount maxTenants freePlaces connectionsReserved connectionBudget connectionsUsed
    dataBytes storageBytes load cpuMillicores memoryBytes
  }
`);

const notMeasured = "not measured yet";

/** Places, connections, storage and load of a pool. */
export function PoolUsage({ pool: masked }: { pool: FragmentType<typeof poolFragment> }) {
  const pool = readFragment(poolFragment, masked);
  const { dataBytes, load, connectionsUsed, spareCount, freePlaces } = pool;
  const spares = spareCount > 0 ? `${spareCount} of them warm spares; ` : "";
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="lg">
      <UsageBar
        label="Instances"
        share={pool.tenantCount / pool.maxTenants}
        value={`${pool.tenantCount} of ${pool.maxTenants}`}
        hint={`${spares}${pool.state === "ACTIVE" ? `room for ${freePlaces} of the largest plan` : "takes no new ones"}`}
      />
      <UsageBar
        label="Connections"
        share={pool.connectionsReserved / pool.connectionBudget}
        value={`${pool.connectionsReserved} of ${pool.connectionBudget}`}
        hint={`promised; ${connectionsUsed == null ? notMeasured : `${connectionsUsed} open now`}`}
      />
      <UsageBar
        label="Storage"
        share={dataBytes == null ? undefined : dataBytes / pool.storageBytes}
        value={dataBytes == null ? "–" : formatBytes(dataBytes)}
        hint={dataBytes == null ? notMeasured : `of ${formatBytes(pool.storageBytes)}`}
      />
      <UsageBar
        label="Load"
        share={load ?? undefined}
        value={load == null ? "–" : `${Math.round(load * 100)}%`}
        hint={`${formatCores(pool.cpuMillicores)}, ${formatBytes(pool.memoryBytes)} memory`}
      />
    </SimpleGrid>
  );
}

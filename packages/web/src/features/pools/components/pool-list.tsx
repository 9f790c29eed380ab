import { EmptyState, Skeleton, Stack } from "@mantine/core";
import { IconDatabase } from "@tabler/icons-react";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import { useWatchPools } from "../api/watch-pools.ts";
import { PoolCard } from "./pool-card.tsx";

/** All shared servers, live. */
export function PoolList() {
  const { state: pools, isReady, error, retry } = useWatchPools();
  if (error !== undefined) {
    return <ErrorPanel title="The pools cannot be shown" message={describeError(error)} onRetry={retry} />;
  }
  if (!isReady) return <Skeleton h={220} radius="lg" aria-busy aria-label="Loading the pools" />;
  if (pools.length === 0) {
    return (
      <EmptyState
        py={64}
        icon={<IconDatabase />}
        title="No pools yet"
        description="The platform makes the first one by itself in a moment."
      />
    );
  }
  return (
    <Stack>
      {pools.map((pool) => (
        <PoolCard key={pool.id} pool={pool} />
      ))}
    </Stack>
  );
}

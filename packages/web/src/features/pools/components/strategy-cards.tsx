import { Alert, Card, Group, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { StrategyUsageQuery } from "../../../generated/graphql.ts";
import { describeError } from "../../../lib/api/describe-error.ts";
import { formatBytes } from "../../../lib/format.ts";
import { useStrategyUsage } from "../api/strategy-usage.ts";
import { UsageBar } from "./usage-bar.tsx";

const titles = { SHARED: "On shared servers", DEDICATED: "On servers of their own" };

/** How instances are spread over the database strategies, and how much of each is used. */
export function StrategyCards() {
  const { data, error } = useStrategyUsage();
  if (error && !data) return <Alert color="red">{describeError(error)}</Alert>;
  if (!data) return <Skeleton h={150} radius="lg" aria-busy aria-label="Loading the strategies" />;
  const total = data.strategyUsage.reduce((sum, { tenantCount }) => sum + tenantCount, 0);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {data.strategyUsage.map((usage) => (
        <StrategyCard key={usage.strategy} usage={usage} total={total} />
      ))}
    </SimpleGrid>
  );
}

type Usage = StrategyUsageQuery["strategyUsage"][number];

function StrategyCard({ usage, total }: { usage: Usage; total: number }) {
  const { strategy, tenantCount, spareCount, serverCount, maxTenants, dataBytes, connectionsUsed } = usage;
  const share = total === 0 ? 0 : tenantCount / total;
  const servers = `${serverCount} ${serverCount === 1 ? "server" : "servers"}`;
  const spares = spareCount > 0 ? `, ${spareCount} warm ${spareCount === 1 ? "spare" : "spares"}` : "";
  return (
    <Card component="section" aria-label={titles[strategy]}>
      <Stack gap="sm">
        <Group justify="space-between" align="baseline">
          <Title order={2} size="h4">
            {titles[strategy]}
          </Title>
          <Text c="dimmed" size="sm">
            {Math.round(share * 100)}% of all instances
          </Text>
        </Group>
        <Text size="xl" fw={650}>
          {tenantCount} {tenantCount === 1 ? "instance" : "instances"}
        </Text>
        {strategy === "SHARED" && (
          <UsageBar
            label="Places taken"
            share={maxTenants === 0 ? 0 : (tenantCount + spareCount) / maxTenants}
            value={`${tenantCount + spareCount} of ${maxTenants}`}
            hint={`${connectionsUsed} connections open, ${formatBytes(dataBytes)} of data`}
          />
        )}
        <Text size="sm" c="dimmed">
          {servers}
          {spares}
        </Text>
      </Stack>
    </Card>
  );
}

import { Badge, Group, List, Stack, Text } from "@mantine/core";
import { IconCpu, IconDatabase, IconDeviceSdCard, IconFolder } from "@tabler/icons-react";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import { formatBytes, formatCores } from "../../../lib/format.ts";

const planFragment = graphql(`
  fragment PlanSummary_plan on Plan {
    name description cpuLimitMillicores memoryLimitBytes filesBytes databaseBytes strategy isAvailable
    serverCpuMillicores serverMemoryBytes
  }
`);

interface PlanSummaryProps {
  plan: FragmentType<typeof planFragment>;
  /** Said instead of where its database lives. */
  note?: string | undefined;
}

/** What a plan gives: for the landing page and for choosing one. */
export function PlanSummary({ plan: masked, note }: PlanSummaryProps) {
  const plan = readFragment(planFragment, masked);
  const server = `${formatCores(plan.serverCpuMillicores)}, ${formatBytes(plan.serverMemoryBytes)}`;
  const strategy =
    plan.strategy === "SHARED" ? "Database on a shared server" : `Database server of your own: ${server}`;
  return (
    <Stack gap="xs" h="100%">
      <Group justify="space-between" gap="xs">
        <Text fw={650}>{plan.name}</Text>
        {!plan.isAvailable && <Badge color="gray">Closed</Badge>}
      </Group>
      {plan.description !== "" && (
        <Text size="sm" c="dimmed">
          {plan.description}
        </Text>
      )}
      <List size="sm" pl={0} listStyleType="none" spacing={6} center c={plan.isAvailable ? "" : "dimmed"}>
        <List.Item icon={<IconCpu size={16} />}>Up to {formatCores(plan.cpuLimitMillicores)}</List.Item>
        <List.Item icon={<IconDeviceSdCard size={16} />}>
          Up to {formatBytes(plan.memoryLimitBytes)} memory
        </List.Item>
        <List.Item icon={<IconFolder size={16} />}>{formatBytes(plan.filesBytes)} for files</List.Item>
        <List.Item icon={<IconDatabase size={16} />}>
          {formatBytes(plan.databaseBytes)} for the database
        </List.Item>
      </List>
      <Text size="xs" c="dimmed" mt="auto">
        {plan.isAvailable ? (note ?? strategy) : "This plan cannot be chosen now."}
      </Text>
    </Stack>
  );
}

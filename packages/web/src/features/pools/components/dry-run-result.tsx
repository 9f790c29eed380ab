import { Alert, Badge, Stack, Table, Text } from "@mantine/core";
import type { PlacementPlanQuery } from "../../../generated/graphql.ts";
import { describeDryRun } from "../dry-run-words.ts";

type Plan = PlacementPlanQuery["placementPlan"];

/** The answer in a sentence, then pool by pool with the reasons. */
export function DryRunResult({ plan }: { plan: Plan }) {
  const [summary, ...rest] = describeDryRun(plan);
  return (
    <Stack gap="sm" role="status">
      <Alert color={plan.unplaced > 0 ? "red" : "teal"} title={summary} p="sm">
        {rest.map((sentence) => (
          <Text size="sm" key={sentence}>
            {sentence}
          </Text>
        ))}
      </Alert>
      {plan.placements.length > 0 && (
        <Table.ScrollContainer minWidth={460}>
          <Table verticalSpacing="xs" aria-label="Where they would go">
            <Table.Thead>
              <Table.Tr>
                {["Pool", "Takes", "Instances then", "Connections then"].map((label) => (
                  <Table.Th key={label}>{label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            {plan.placements.map((placement) => (
              <PlacementRows key={placement.pool} placement={placement} />
            ))}
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}

function PlacementRows({ placement }: { placement: Plan["placements"][number] }) {
  return (
    <Table.Tbody>
      <Table.Tr style={{ borderBottom: 0 }}>
        <Table.Td>
          {placement.pool} {placement.isNew && <Badge color="blue">New</Badge>}
        </Table.Td>
        <Table.Td>{placement.count}</Table.Td>
        <Table.Td>
          {placement.tenantCountAfter} of {placement.maxTenants}
        </Table.Td>
        <Table.Td>
          {placement.connectionsReservedAfter} of {placement.connectionBudget}
        </Table.Td>
      </Table.Tr>
      <Table.Tr>
        <Table.Td colSpan={4} pt={0}>
          <Text size="xs" c="dimmed">
            The first of them: {placement.reasons.join(" ")}
          </Text>
        </Table.Td>
      </Table.Tr>
    </Table.Tbody>
  );
}

import { Badge, Table, Text } from "@mantine/core";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";

const tenantFragment = graphql(`
  fragment TenantConditions_tenant on Tenant {
    conditions { type status reason message lastTransitionTime }
  }
`);

const looks = {
  TRUE: { label: "Yes", color: "teal" },
  FALSE: { label: "No", color: "gray" },
  UNKNOWN: { label: "Unknown", color: "gray" },
};

/** What has been established about the instance, in Kubernetes' form. */
export function TenantConditions({ tenant: masked }: { tenant: FragmentType<typeof tenantFragment> }) {
  const { conditions } = readFragment(tenantFragment, masked);
  return (
    <SectionCard title="Conditions">
      {conditions.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing has been observed yet.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={480}>
          <Table horizontalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                {["Condition", "Holds", "Reason", "Since"].map((label) => (
                  <Table.Th key={label}>{label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {conditions.map((condition) => (
                <Table.Tr key={condition.type}>
                  <Table.Td fw={550}>{condition.type}</Table.Td>
                  <Table.Td>
                    <Badge color={looks[condition.status].color} tt="none">
                      {looks[condition.status].label}
                    </Badge>
                  </Table.Td>
                  <Table.Td>
                    {condition.reason}
                    {condition.message !== "" && (
                      <Text size="xs" c="dimmed">
                        {condition.message}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <RelativeTime at={condition.lastTransitionTime} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </SectionCard>
  );
}

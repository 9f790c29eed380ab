import { Badge, Table, Text } from "@mantine/core";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import type { TenantConditions_TenantFragment } from "../../../generated/graphql.ts";
import { describeCondition, explainCondition } from "../condition-words.ts";

const tenantFragment = graphql(`
  fragment TenantConditions_tenant on Tenant {
    conditions { type status reason message lastTransitionTime }
  }
`);

/** What has been established about the instance. */
export function TenantConditions({ tenant: masked }: { tenant: FragmentType<typeof tenantFragment> }) {
  const { conditions } = readFragment(tenantFragment, masked);
  return (
    <SectionCard title="Checks">
      {conditions.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing has been observed yet.
        </Text>
      ) : (
        <Table horizontalSpacing="xs" aria-label="Checks">
          <Table.Thead>
            <Table.Tr>
              {["Check", "Result", "Since"].map((label) => (
                <Table.Th key={label}>{label}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {conditions.map((condition) => (
              <ConditionRow key={condition.type} condition={condition} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </SectionCard>
  );
}

type Condition = TenantConditions_TenantFragment["conditions"][number];

function ConditionRow({ condition }: { condition: Condition }) {
  const { label, verdict, color } = describeCondition(condition);
  const explanation = explainCondition(condition);
  return (
    <Table.Tr>
      <Table.Td>
        {label}
        {explanation !== "" && (
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {explanation}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Badge color={color}>{verdict}</Badge>
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        <RelativeTime at={condition.lastTransitionTime} />
      </Table.Td>
    </Table.Tr>
  );
}

import { Badge, Table, Text } from "@mantine/core";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";

const tenantFragment = graphql(`
  fragment TenantPods_tenant on Tenant {
    pods { isStale observedAt items { name phase nodeName isReady restarts startedAt } }
  }
`);

/** The processes that run now, as the cluster shows them. */
export function TenantPods({ tenant: masked }: { tenant: FragmentType<typeof tenantFragment> }) {
  const { pods } = readFragment(tenantFragment, masked);
  const staleMark = pods.isStale && (
    <Badge color="orange" tt="none">
      Not current{pods.observedAt && <> since {<RelativeTime at={pods.observedAt} />}</>}
    </Badge>
  );
  return (
    <SectionCard title="Processes" aside={staleMark}>
      {pods.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing runs at the moment.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={480}>
          <Table horizontalSpacing="xs" style={{ whiteSpace: "nowrap" }} aria-label="Processes">
            <Table.Thead>
              <Table.Tr>
                {["Name", "Phase", "Ready", "Node", "Restarts", "Started"].map((label) => (
                  <Table.Th key={label}>{label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {pods.items.map((pod) => (
                <Table.Tr key={pod.name}>
                  <Table.Td ff="monospace" fz="xs">
                    {pod.name}
                  </Table.Td>
                  <Table.Td>{pod.phase}</Table.Td>
                  <Table.Td>{pod.isReady ? "Yes" : "No"}</Table.Td>
                  <Table.Td>{pod.nodeName ?? "–"}</Table.Td>
                  <Table.Td>{pod.restarts}</Table.Td>
                  <Table.Td>{pod.startedAt ? <RelativeTime at={pod.startedAt} /> : "–"}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </SectionCard>
  );
}

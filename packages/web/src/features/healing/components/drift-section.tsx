import { Anchor, Badge, Box, EmptyState, Table, Text } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { Link } from "react-router";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import type { DriftFinding } from "../api/healing.ts";

const title = "Changed by hand";

/** What somebody changed on database servers, and whether it was put right. */
export function DriftSection({ findings }: { findings: DriftFinding[] }) {
  const openCount = findings.filter(({ endedAt }) => endedAt === null).length;
  if (findings.length === 0) {
    return (
      <SectionCard title={title}>
        <EmptyState
          icon={<IconShieldCheck />}
          title="All as the platform made it"
          description="Every database server is looked over twice a minute; nothing was changed in the last 30 days."
        />
      </SectionCard>
    );
  }
  return (
    <SectionCard title={title} aside={<OpenCount count={openCount} />}>
      <Table verticalSpacing="sm" horizontalSpacing="xs" aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What was found</Table.Th>
            <Table.Th visibleFrom="sm">Where</Table.Th>
            <Table.Th visibleFrom="sm">Found</Table.Th>
            <Table.Th>Now</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {findings.map((finding) => (
            <FindingRow key={finding.id} finding={finding} />
          ))}
        </Table.Tbody>
      </Table>
    </SectionCard>
  );
}

function OpenCount({ count }: { count: number }) {
  return (
    <Badge color={count === 0 ? "teal" : "orange"} tt="none">
      {count === 0 ? "All put right" : `${count} to be put right`}
    </Badge>
  );
}

function FindingRow({ finding }: { finding: DriftFinding }) {
  const { message, foundAt, endedAt } = finding;
  return (
    <Table.Tr data-code={finding.code} data-ended={endedAt !== null}>
      <Table.Td maw={420}>
        {message}
        <Box hiddenFrom="sm" mt={4}>
          <Place finding={finding} />
          <Text size="xs" c="dimmed">
            <RelativeTime at={foundAt} />
          </Text>
        </Box>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Place finding={finding} />
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: "nowrap" }}>
        <RelativeTime at={foundAt} />
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        {endedAt === null ? (
          <Badge color="orange">Open</Badge>
        ) : (
          <>
            <Badge color="teal">Put right</Badge>
            <Text size="xs" c="dimmed" mt={2}>
              <RelativeTime at={endedAt} />
            </Text>
          </>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Place({ finding: { server, subject, tenantId, tenantSlug } }: { finding: DriftFinding }) {
  return (
    <>
      {tenantId !== null && (
        <Anchor component={Link} to={`/instances/${encodeURIComponent(tenantId)}`} size="sm">
          {tenantSlug}
        </Anchor>
      )}
      {subject !== "" && <Text size="sm">{subject}</Text>}
      <Text size="xs" c="dimmed" ff="monospace">
        {server}
      </Text>
    </>
  );
}

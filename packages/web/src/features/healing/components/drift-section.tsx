import { Anchor, Badge, EmptyState, Table, Text } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { Link } from "react-router";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import type { DriftFinding } from "../api/healing.ts";

const title = "Changed by hand";
const columns = ["What was found", "Where", "Found", "Now"];

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
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing="sm" horizontalSpacing="xs" aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((label) => (
                <Table.Th key={label}>{label}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {findings.map((finding) => (
              <FindingRow key={finding.id} finding={finding} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
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
  const { message, server, subject, tenantId, tenantSlug, foundAt, endedAt } = finding;
  return (
    <Table.Tr data-code={finding.code} data-ended={endedAt !== null}>
      <Table.Td maw={420}>{message}</Table.Td>
      <Table.Td>
        {tenantId !== null && (
          <Anchor component={Link} to={`/instances/${encodeURIComponent(tenantId)}`} size="sm">
            {tenantSlug}
          </Anchor>
        )}
        {subject !== "" && <Text size="sm">{subject}</Text>}
        <Text size="xs" c="dimmed" ff="monospace">
          {server}
        </Text>
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
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

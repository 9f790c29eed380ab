import { Badge, EmptyState, Table, Text } from "@mantine/core";
import { IconTrashOff } from "@tabler/icons-react";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { useNow } from "../../../lib/use-now.ts";
import type { FoundOrphan } from "../api/healing.ts";
import { describeKind, describePlace, describeRemoval } from "../healing-words.ts";

const title = "Belongs to nobody";
const columns = ["What", "Where", "Why", "Since", "Removal"];

/** Databases, roles, volumes and namespaces without an instance. */
export function OrphansSection({ orphans }: { orphans: FoundOrphan[] }) {
  if (orphans.length === 0) {
    return (
      <SectionCard title={title}>
        <EmptyState
          icon={<IconTrashOff />}
          title="Nothing is left over"
          description="Every database, role, volume and namespace belongs to an instance."
        />
      </SectionCard>
    );
  }
  return (
    <SectionCard title={title} aside={<Badge color="gray">{orphans.length}</Badge>}>
      <Table.ScrollContainer minWidth={760}>
        <Table verticalSpacing="sm" horizontalSpacing="xs" aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((label) => (
                <Table.Th key={label}>{label}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {orphans.map((orphan) => (
              <OrphanRow key={`${orphan.kind} ${orphan.place} ${orphan.name}`} orphan={orphan} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </SectionCard>
  );
}

function OrphanRow({ orphan }: { orphan: FoundOrphan }) {
  const { kind, place, name, reason, since, removedAfter } = orphan;
  const removal = describeRemoval(removedAfter, useNow(10_000));
  return (
    <Table.Tr data-orphan={name}>
      <Table.Td>
        {describeKind(kind)}
        <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
          {name}
        </Text>
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{describePlace(place)}</Table.Td>
      <Table.Td maw={340}>{reason}</Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        <RelativeTime at={since} />
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        <Badge color={removal.color} tt="none">
          {removal.words}
        </Badge>
        {removedAfter !== null && (
          <Text size="xs" c="dimmed" mt={2}>
            <RelativeTime at={removedAfter} />
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

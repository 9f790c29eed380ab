import { Badge, EmptyState, Table, Text } from "@mantine/core";
import { IconTrashOff } from "@tabler/icons-react";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { useNow } from "../../../lib/use-now.ts";
import type { FoundOrphan } from "../api/healing.ts";
import { describeKind, describePlace, describeRemoval } from "../healing-words.ts";

const title = "Belongs to nobody";

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
      <Table verticalSpacing="sm" horizontalSpacing="xs" aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What</Table.Th>
            <Table.Th visibleFrom="sm">Where</Table.Th>
            <Table.Th visibleFrom="md">Why</Table.Th>
            <Table.Th visibleFrom="sm">Since</Table.Th>
            <Table.Th>Removal</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {orphans.map((orphan) => (
            <OrphanRow key={`${orphan.kind} ${orphan.place} ${orphan.name}`} orphan={orphan} />
          ))}
        </Table.Tbody>
      </Table>
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
        <Text size="xs" hiddenFrom="sm" mt={4}>
          {describePlace(place)}, <RelativeTime at={since} />
        </Text>
        <Text size="sm" hiddenFrom="md" mt={4}>
          {reason}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: "nowrap" }}>
        {describePlace(place)}
      </Table.Td>
      <Table.Td visibleFrom="md" maw={340}>
        {reason}
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: "nowrap" }}>
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

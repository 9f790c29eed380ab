import { Anchor, Table, Text } from "@mantine/core";
import { Link, useNavigate } from "react-router";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import type { FleetEntry } from "../api/fleet-isolation.ts";
import { describeCounts } from "../verdicts.ts";
import { VerdictBadge } from "./verdict-badge.tsx";

/** Every instance, worst first; a row opens its report. */
export function FleetTable({ entries }: { entries: FleetEntry[] }) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table highlightOnHover verticalSpacing="sm" aria-label="Isolation of all instances">
        <Table.Thead>
          <Table.Tr>
            {["Instance", "Verdict", "Not proven", "Last run"].map((label) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <FleetRow key={entry.tenantId} entry={entry} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function FleetRow({ entry }: { entry: FleetEntry }) {
  const { tenantId, tenantSlug, tenantName, verdict, finishedAt, isUnderWay } = entry;
  const navigate = useNavigate();
  const path = `/instances/${encodeURIComponent(tenantId)}/isolation`;
  return (
    <Table.Tr onClick={() => void navigate(path)} style={{ cursor: "pointer" }}>
      <Table.Td>
        <Anchor component={Link} to={path} fw={550} size="sm" onClick={(event) => event.stopPropagation()}>
          {tenantSlug}
        </Anchor>
        {tenantName !== tenantSlug && (
          <Text size="xs" c="dimmed" truncate maw={200}>
            {tenantName}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <VerdictBadge verdict={verdict} />
      </Table.Td>
      <Table.Td>
        <Faults entry={entry} />
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        {isUnderWay ? "Under way" : finishedAt ? <RelativeTime at={finishedAt} /> : "–"}
      </Table.Td>
    </Table.Tr>
  );
}

function Faults({ entry: { faults, verdict, counts } }: { entry: FleetEntry }) {
  if (!verdict) return <>–</>;
  const [first, ...others] = faults;
  return (
    <>
      <Text size="sm">
        {first ?? "Nothing"}
        {others.length > 0 && ` and ${others.length} more`}
      </Text>
      <Text size="xs" c="dimmed">
        {describeCounts(counts)}
      </Text>
    </>
  );
}

import { Box, Group, Stack, Text } from "@mantine/core";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { formatDateTime } from "../../../lib/format.ts";
import type { IsolationProbe } from "../api/watch-isolation.ts";
import { sortByVerdict } from "../verdicts.ts";
import classes from "./isolation.module.css";
import { VerdictBadge } from "./verdict-badge.tsx";

/** The claims of one kind: what was tried, what came of it, what to do. */
export function ProbeGroup({ title, probes }: { title: string; probes: IsolationProbe[] }) {
  const proven = probes.filter(({ verdict }) => verdict === "PROVEN").length;
  return (
    <SectionCard
      title={title}
      aside={
        <Text size="sm" c="dimmed">
          {proven} of {probes.length} proven
        </Text>
      }
    >
      <Stack gap={0} component="ul" className={classes.list}>
        {sortByVerdict(probes).map((probe) => (
          <ProbeItem key={probe.key} probe={probe} />
        ))}
      </Stack>
    </SectionCard>
  );
}

function ProbeItem({ probe }: { probe: IsolationProbe }) {
  const { key, claim, how, verdict, evidence, remedy, at } = probe;
  return (
    <li className={classes.probe} data-probe={key}>
      <Group justify="space-between" align="flex-start" gap="xs" wrap="nowrap">
        <Text fw={550} size="sm" style={{ minWidth: 0 }}>
          {claim}
        </Text>
        <VerdictBadge verdict={verdict} />
      </Group>
      <Text size="sm" c="dimmed" className={classes.text}>
        {how}
      </Text>
      <Text size="sm" className={classes.text}>
        {evidence}
      </Text>
      {remedy && (
        <Box className={classes.remedy}>
          <Text size="sm" className={classes.text}>
            <b>What to do:</b> {remedy}
          </Text>
        </Box>
      )}
      <Text size="xs" c="dimmed">
        <time dateTime={at}>{formatDateTime(at)}</time>
      </Text>
    </li>
  );
}

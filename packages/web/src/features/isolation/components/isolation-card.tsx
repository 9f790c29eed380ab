import { Anchor, Group, Skeleton, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { type TenantIsolation, useWatchIsolation } from "../api/watch-isolation.ts";
import { describeCounts, stepWords } from "../verdicts.ts";
import { VerdictBadge } from "./verdict-badge.tsx";

/** On an instance's page: how it stands, and the way to the report. */
export function IsolationCard({ tenantId }: { tenantId: string }) {
  const { state, error } = useWatchIsolation(tenantId);
  const { isolation } = state;
  if (error !== undefined || state.isGone) return null;
  return (
    <SectionCard
      title="Isolation"
      aside={
        <Anchor component={Link} to={`/instances/${encodeURIComponent(tenantId)}/isolation`} size="sm">
          {isolation?.last ? "The report" : "Examine it"}
        </Anchor>
      }
    >
      {isolation === undefined ? <Skeleton h={40} aria-label="Loading" /> : <Summary isolation={isolation} />}
    </SectionCard>
  );
}

function Summary({ isolation: { last, underWay } }: { isolation: TenantIsolation }) {
  return (
    <Stack gap={6}>
      <Group gap="xs" justify="space-between">
        <VerdictBadge verdict={last?.verdict} />
        {last?.finishedAt && (
          <Text size="xs" c="dimmed">
            <RelativeTime at={last.finishedAt} />
          </Text>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {underWay
          ? `${stepWords[underWay.step].label} …`
          : last
            ? describeCounts(last.counts)
            : "Nobody has tried yet to break out of it, or into it."}
      </Text>
    </Stack>
  );
}

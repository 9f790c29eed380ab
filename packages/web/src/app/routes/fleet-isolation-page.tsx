import { Button, Card, Center, Group, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { ErrorPanel } from "../../components/ui/error-panel.tsx";
import { PageHeader } from "../../components/ui/page-header.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import {
  type FleetIsolation,
  joinPages,
  useFleetIsolation,
} from "../../features/isolation/api/fleet-isolation.ts";
import { FleetTable } from "../../features/isolation/components/fleet-table.tsx";
import { VerdictBadge } from "../../features/isolation/components/verdict-badge.tsx";
import { describeError } from "../../lib/api/describe-error.ts";
import { useShellViewer } from "../viewer-context.ts";
import { NotFoundPage } from "./not-found-page.tsx";

/** For administrators: the isolation of every instance, worst first. */
export function Component() {
  const viewer = useShellViewer();
  return viewer.platformRole === "ADMIN" ? <FleetIsolationPage /> : <NotFoundPage />;
}

function FleetIsolationPage() {
  const { data, error, loading, refetch, fetchMore } = useFleetIsolation();
  const fleet = data?.fleetIsolationReport;
  const [more, setMore] = useState<FleetIsolation>();
  const shown = more ?? fleet;

  const showMore = async () => {
    if (!shown?.endCursor) return;
    const next = await fetchMore({ variables: { after: shown.endCursor } });
    if (next.data) setMore(joinPages(shown, next.data.fleetIsolationReport));
  };

  return (
    <>
      <PageTitle>Isolation</PageTitle>
      <PageHeader
        title="Isolation"
        description="The newest report of every instance, worst first. A row opens it."
      />
      {error && !shown && (
        <ErrorPanel
          title="The reports cannot be shown"
          message={describeError(error)}
          onRetry={() => void refetch()}
        />
      )}
      {!shown && !error && <Skeleton h={360} radius="lg" aria-label="Loading the reports" />}
      {shown && <Fleet fleet={shown} isLoading={loading} onMore={() => void showMore()} />}
    </>
  );
}

interface FleetProps {
  fleet: FleetIsolation;
  isLoading: boolean;
  onMore: () => void;
}

function Fleet({ fleet, isLoading, onMore }: FleetProps) {
  if (fleet.entries.length === 0) {
    return (
      <Card>
        <Center py="xl">
          <Text c="dimmed">There are no instances to examine yet.</Text>
        </Center>
      </Card>
    );
  }
  return (
    <Stack gap="lg">
      <Counts fleet={fleet} />
      <Card p={0} withBorder>
        <FleetTable entries={fleet.entries} />
      </Card>
      {fleet.endCursor && (
        <Center>
          <Button variant="default" loading={isLoading} onClick={onMore}>
            Show more
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Counts({ fleet: { counts, neverExamined } }: { fleet: FleetIsolation }) {
  const tiles = [
    { verdict: "BROKEN", count: counts.broken },
    { verdict: "NOT_ENFORCED", count: counts.notEnforced },
    { verdict: "UNKNOWN", count: counts.unknown },
    { verdict: null, count: neverExamined },
    { verdict: "PROVEN", count: counts.proven },
  ] as const;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, md: 5 }} spacing="sm">
      {tiles.map(({ verdict, count }) => (
        <Card key={verdict ?? "never"} padding="sm">
          <Group justify="space-between" gap="xs" wrap="nowrap">
            <VerdictBadge verdict={verdict} />
            <Text fw={650} size="lg" style={{ fontVariantNumeric: "tabular-nums" }}>
              {count}
            </Text>
          </Group>
        </Card>
      ))}
    </SimpleGrid>
  );
}

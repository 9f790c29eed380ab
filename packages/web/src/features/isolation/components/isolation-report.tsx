import { Alert, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconDownload, IconPrinter, IconShieldSearch } from "@tabler/icons-react";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { formatDateTime } from "../../../lib/format.ts";
import type { IsolationReport, TenantIsolation } from "../api/watch-isolation.ts";
import { downloadReport } from "../download-report.ts";
import { describeCounts, groups, verdictLooks } from "../verdicts.ts";
import { ProbeGroup } from "./probe-group.tsx";
import { ReportProgress } from "./report-progress.tsx";
import { VerdictBadge } from "./verdict-badge.tsx";

/** The newest report of an instance, and the one that is being made. */
export function IsolationReportView({ isolation }: { isolation: TenantIsolation }) {
  const { last, underWay } = isolation;
  return (
    <>
      {underWay && <ReportProgress step={underWay.step} since={underWay.requestedAt} />}
      {last ? <Report isolation={isolation} report={last} /> : !underWay && <NoReport />}
    </>
  );
}

function NoReport() {
  return (
    <Card>
      <Stack align="center" gap="sm" py="xl" ta="center">
        <IconShieldSearch size={40} stroke={1.4} aria-hidden />
        <Title order={2} size="h4">
          Not examined yet
        </Title>
        <Text c="dimmed" size="sm" maw={520}>
          The report tries what an attacker would: to enter other databases with the instance's password, to
          reach other instances and the cluster from inside its namespace, and to reach this instance from
          outside. It takes about half a minute and disturbs nobody.
        </Text>
      </Stack>
    </Card>
  );
}

function Report({ isolation, report }: { isolation: TenantIsolation; report: IsolationReport }) {
  const verdict = report.verdict ?? "UNKNOWN";
  const { color, sentence } = verdictLooks[verdict];
  return (
    <Stack gap="lg">
      <Alert color={color} variant="light" role="region" aria-label="Result">
        <Group justify="space-between" gap="md" align="flex-start">
          <Stack gap={4} style={{ minWidth: 0, flex: "1 1 300px" }}>
            <Group gap="sm">
              <VerdictBadge verdict={verdict} />
              <Text size="sm" fw={550}>
                {describeCounts(report.counts)}
              </Text>
            </Group>
            <Text size="sm">{sentence}</Text>
            <LastRun report={report} />
          </Stack>
          <ReportActions isolation={isolation} />
        </Group>
      </Alert>
      {groups.map(({ group, title }) => (
        <ProbeGroup
          key={group}
          title={title}
          probes={report.probes.filter((probe) => probe.group === group)}
        />
      ))}
    </Stack>
  );
}

function LastRun({ report: { finishedAt, trigger } }: { report: IsolationReport }) {
  if (!finishedAt) return null;
  return (
    <Text size="xs" c="dimmed">
      {trigger === "SCHEDULE" ? "Run by schedule" : "Run on demand"}{" "}
      <span className="no-print">
        <RelativeTime at={finishedAt} />
      </span>
      <span className="print-only">{formatDateTime(finishedAt)}</span>
    </Text>
  );
}

function ReportActions({ isolation }: { isolation: TenantIsolation }) {
  return (
    <Group gap="xs" className="no-print">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={15} />}
        onClick={() => downloadReport(isolation)}
      >
        JSON
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPrinter size={15} />}
        onClick={() => window.print()}
      >
        Print
      </Button>
    </Group>
  );
}

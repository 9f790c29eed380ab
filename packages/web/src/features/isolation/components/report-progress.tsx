import { Card, Group, Progress, Text } from "@mantine/core";
import type { IsolationStep } from "../../../generated/graphql.ts";
import { formatDuration } from "../../../lib/format.ts";
import { useNow } from "../../../lib/use-now.ts";
import { stepWords } from "../verdicts.ts";

/** What is being tried now, and for how long. */
export function ReportProgress({ step, since }: { step: IsolationStep; since: string }) {
  const nowMs = useNow(1_000);
  const { label, percent } = stepWords[step];
  return (
    <Card mb="lg" component="section" aria-label="Report under way" data-step={step} className="no-print">
      <Group justify="space-between" mb={8} gap="sm">
        <Text size="sm" fw={550} role="status">
          {label}
        </Text>
        <Text size="sm" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
          {formatDuration(Math.max(0, nowMs - Date.parse(since)))}
        </Text>
      </Group>
      <Progress value={percent} animated aria-label={label} />
    </Card>
  );
}

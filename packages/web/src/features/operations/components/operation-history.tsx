import { Badge, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import type { OperationHistoryQuery } from "../../../generated/graphql.ts";
import { describeError } from "../../../lib/api/describe-error.ts";
import { formatDuration } from "../../../lib/format.ts";
import { useOperationHistory } from "../api/operation-history.ts";
import { kindWords } from "../step-words.ts";

interface OperationHistoryProps {
  tenantId: string;
  /** Changes whenever something was asked or has ended. */
  version: string;
}

const pageSize = 10;
const mostShown = 100;

/** Everything that was asked of an instance, by whom, and how it ended. */
export function OperationHistory({ tenantId, version }: OperationHistoryProps) {
  const [first, setFirst] = useState(pageSize);
  const { data, previousData, error, refetch } = useOperationHistory(tenantId, { first, version });
  const history = (data ?? previousData)?.tenant?.operations;
  if (error && history === undefined) {
    return (
      <ErrorPanel
        title="The history cannot be shown"
        message={describeError(error)}
        onRetry={() => void refetch()}
      />
    );
  }
  return (
    <SectionCard title="History">
      {history === undefined ? (
        <Skeleton h={120} aria-busy />
      ) : (
        <Stack gap="sm" role="list">
          {history.edges.map(({ node }) => (
            <HistoryLine key={node.id} operation={node} />
          ))}
          {history.pageInfo.hasNextPage && first < mostShown && (
            <Group>
              <Button size="xs" variant="default" onClick={() => setFirst(Math.min(first + 20, mostShown))}>
                Show more
              </Button>
            </Group>
          )}
        </Stack>
      )}
    </SectionCard>
  );
}

type PastOperation = NonNullable<OperationHistoryQuery["tenant"]>["operations"]["edges"][number]["node"];

const looks = {
  PENDING: { label: "Waiting", color: "gray" },
  RUNNING: { label: "Under way", color: "iris" },
  SUCCEEDED: { label: "Done", color: "teal" },
  FAILED: { label: "Failed", color: "red" },
  CANCELLED: { label: "Cancelled", color: "gray" },
} satisfies Record<PastOperation["state"], { label: string; color: string }>;

function HistoryLine({ operation }: { operation: PastOperation }) {
  const { kind, state, summary, error, requestedBy, createdAt, finishedAt } = operation;
  const duration = finishedAt ? formatDuration(Date.parse(finishedAt) - Date.parse(createdAt)) : undefined;
  return (
    <Group justify="space-between" align="flex-start" gap="sm" wrap="nowrap" role="listitem" data-kind={kind}>
      <Stack gap={2} miw={0}>
        <Text size="sm" fw={550}>
          {[kindWords[kind], summary].filter(Boolean).join(" ")}
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          <RelativeTime at={createdAt} />, by {requestedBy ?? "the platform"}
          {duration !== undefined && ` · ${duration}`}
        </Text>
        {error && (
          <Text size="xs" c={state === "FAILED" ? "red" : "dimmed"}>
            {error}
          </Text>
        )}
      </Stack>
      <Badge color={looks[state].color} tt="none" fw={550} style={{ flexShrink: 0 }}>
        {looks[state].label}
      </Badge>
    </Group>
  );
}

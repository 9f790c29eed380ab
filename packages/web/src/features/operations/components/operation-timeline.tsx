import { Alert, Collapse, Group, Skeleton, Text, Timeline, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import { formatDuration } from "../../../lib/format.ts";
import { useWatchOperation, type WatchedOperation } from "../api/watch-operation.ts";
import { describeStep, kindWords } from "../step-words.ts";
import { buildTimeline, type TimelineStep } from "../timeline.ts";
import { CancelOperation } from "./cancel-operation.tsx";
import { StepBullet } from "./step-bullet.tsx";

interface OperationTimelineProps {
  operationId: string;
  /** Closed at first when there is nothing to watch any more. */
  isOpenAtFirst: boolean;
  /** The viewer may take it back, where that is possible. */
  mayCancel: boolean;
}

/** What is being done to an instance, step by step, live. */
export function OperationTimeline({ operationId, isOpenAtFirst, mayCancel }: OperationTimelineProps) {
  const { state, error, retry } = useWatchOperation(operationId);
  const [isOpen, { toggle }] = useDisclosure(isOpenAtFirst);
  const { operation, events } = state;
  if (error !== undefined) {
    return <ErrorPanel title="The progress cannot be shown" message={describeError(error)} onRetry={retry} />;
  }
  if (operation === undefined) return <Skeleton h={isOpenAtFirst ? 420 : 72} radius="lg" aria-busy />;
  const isOver = operation.finishedAt != null;
  return (
    <SectionCard
      title={[kindWords[operation.kind], operation.summary].filter(Boolean).join(" ")}
      aside={
        <UnstyledButton onClick={toggle} aria-expanded={isOpen}>
          <Group gap={6} c="dimmed" fz="sm">
            <Outcome operation={operation} />
            {isOpen ? (
              <IconChevronUp size={16} aria-label="Hide steps" />
            ) : (
              <IconChevronDown size={16} aria-label="Show steps" />
            )}
          </Group>
        </UnstyledButton>
      }
    >
      <Collapse expanded={isOpen}>
        <Steps kind={operation.kind} steps={buildTimeline(operation, events)} />
      </Collapse>
      {operation.error && isOver && (
        <Alert color={operation.state === "CANCELLED" ? "gray" : "red"} mt="md">
          {operation.error}
        </Alert>
      )}
      {!isOver && mayCancel && <CancelOperation operation={operation} />}
    </SectionCard>
  );
}

const endWords: Partial<Record<WatchedOperation["state"], string>> = {
  FAILED: "Failed after",
  CANCELLED: "Cancelled after",
};

function Outcome({ operation }: { operation: WatchedOperation }) {
  const { state, createdAt, finishedAt } = operation;
  if (!finishedAt) return <span>{state === "PENDING" ? "Waiting to begin" : "Under way"}</span>;
  const duration = formatDuration(Date.parse(finishedAt) - Date.parse(createdAt));
  return (
    <span>
      {endWords[state] ?? "Done in"} {duration}, <RelativeTime at={finishedAt} />
    </span>
  );
}

const colors = {
  PENDING: "var(--app-pending)",
  RUNNING: "iris",
  WAITING: "orange",
  SUCCEEDED: "teal",
  FAILED: "red",
};

function Steps({ kind, steps }: { kind: WatchedOperation["kind"]; steps: TimelineStep[] }) {
  return (
    <Timeline bulletSize={24} lineWidth={2} active={steps.length} role="list">
      {steps.map(({ step, state, message, durationMs }, index) => (
        <Timeline.Item
          key={step}
          role="listitem"
          mt={index === 0 ? 0 : "md"}
          color={colors[state]}
          bullet={<StepBullet state={state} />}
          data-step={step}
          data-state={state}
          title={
            <Group gap="xs" justify="space-between" wrap="nowrap">
              <Text size="sm" fw={state === "PENDING" ? 400 : 550} c={state === "PENDING" ? "dimmed" : ""}>
                {describeStep(kind, step)}
              </Text>
              {durationMs !== undefined && durationMs > 0 && (
                <Text
                  size="xs"
                  c="dimmed"
                  style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}
                >
                  {formatDuration(durationMs)}
                </Text>
              )}
            </Group>
          }
        >
          {message !== "" && (
            <Text size="xs" c={state === "FAILED" ? "red" : "dimmed"}>
              {message}
            </Text>
          )}
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

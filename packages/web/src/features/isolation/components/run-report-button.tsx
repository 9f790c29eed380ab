import { Button, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconShieldCheck } from "@tabler/icons-react";
import { describeError } from "../../../lib/api/describe-error.ts";
import { formatRelative } from "../../../lib/format.ts";
import { makeIdempotencyKey } from "../../../lib/idempotency-key.ts";
import { useNow } from "../../../lib/use-now.ts";
import { useRunReport } from "../api/run-report.ts";
import type { TenantIsolation } from "../api/watch-isolation.ts";

/** Runs the report; says when again, once it was run too often. */
export function RunReportButton({ isolation }: { isolation: TenantIsolation }) {
  const { tenantId, underWay, nextRunAt, last } = isolation;
  const [runReport, { loading }] = useRunReport();
  const nowMs = useNow(5_000);
  const mustWait = nextRunAt != null && Date.parse(nextRunAt) > nowMs;

  const run = async () => {
    try {
      const { data } = await runReport({
        variables: { input: { tenantId, idempotencyKey: makeIdempotencyKey() } },
      });
      const fault = data?.runIsolationReport.userErrors[0];
      if (fault) notifications.show({ color: "orange", title: "Not now", message: fault.message });
    } catch (error) {
      notifications.show({
        color: "red",
        title: "The report was not started",
        message: describeError(error),
      });
    }
  };

  return (
    <Stack gap={4} align="flex-end">
      <Button
        leftSection={<IconShieldCheck size={17} />}
        loading={loading || underWay != null}
        disabled={mustWait}
        onClick={() => void run()}
      >
        {last ? "Run again" : "Run the report"}
      </Button>
      {mustWait && (
        <Text size="xs" c="dimmed">
          Possible again {formatRelative(nextRunAt, nowMs)}.
        </Text>
      )}
    </Stack>
  );
}

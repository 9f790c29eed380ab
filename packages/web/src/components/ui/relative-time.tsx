import { Tooltip } from "@mantine/core";
import { formatDateTime, formatRelative } from "../../lib/format.ts";
import { useNow } from "../../lib/use-now.ts";

/** `3 minutes ago`, kept current, with the full date on hover. */
export function RelativeTime({ at }: { at: string }) {
  const nowMs = useNow(10_000);
  return (
    <Tooltip label={formatDateTime(at)}>
      <time dateTime={at}>{formatRelative(at, nowMs)}</time>
    </Tooltip>
  );
}

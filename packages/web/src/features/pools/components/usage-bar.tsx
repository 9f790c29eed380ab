import { Group, Progress, Stack, Text } from "@mantine/core";
import { colorOfShare } from "../pool-state.ts";

interface UsageBarProps {
  label: string;
  /** 0 to 1; undefined while it is not known. */
  share: number | undefined;
  /** As in `12 of 50`. */
  value: string;
  hint?: string;
}

/** How full something is, in words and as a bar. */
export function UsageBar({ label, share, value, hint }: UsageBarProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share ?? 0)) * 100);
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <Text size="sm" fw={550} style={{ whiteSpace: "nowrap" }}>
          {value}
        </Text>
      </Group>
      <Progress
        value={percent}
        color={colorOfShare(share ?? 0)}
        aria-label={label}
        aria-valuetext={share === undefined ? "not measured yet" : `${percent}%`}
      />
      <Text size="xs" c="dimmed" mih={18}>
        {hint}
      </Text>
    </Stack>
  );
}

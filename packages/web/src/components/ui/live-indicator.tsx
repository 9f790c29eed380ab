import { Box, Group, Text, Tooltip } from "@mantine/core";
import { useLiveStatus } from "../../lib/api/api-provider.tsx";
import type { LiveStatus } from "../../lib/api/live-connection.ts";

const looks: Record<LiveStatus, { color: string; label: string; hint: string } | undefined> = {
  idle: undefined,
  connecting: { color: "gray", label: "Connecting", hint: "Opening the live connection." },
  live: { color: "teal", label: "Live", hint: "What you see is updated at once." },
  reconnecting: {
    color: "orange",
    label: "Reconnecting",
    hint: "The connection was lost; what you see may be old.",
  },
};

/** Whether what is shown is up to date. */
export function LiveIndicator() {
  const look = looks[useLiveStatus()];
  return (
    <Box role="status" mih={20}>
      {look !== undefined && (
        <Tooltip label={look.hint}>
          <Group gap={6} wrap="nowrap" tabIndex={0}>
            <Box w={8} h={8} bg={`${look.color}.6`} style={{ borderRadius: 8 }} aria-hidden />
            <Text size="xs" c="dimmed">
              {look.label}
            </Text>
          </Group>
        </Tooltip>
      )}
    </Box>
  );
}

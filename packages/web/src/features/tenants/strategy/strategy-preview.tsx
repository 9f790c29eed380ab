import { Group, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDatabase } from "@tabler/icons-react";
import { useStrategyPreview } from "../api/strategy-preview.ts";
import { type StrategyWishes, toWishesInput } from "./wishes.ts";

const askAfterMs = 300;

/** Where the database would live, and why, while the form is being filled in. */
export function StrategyPreview({ planCode, wishes }: { planCode: string; wishes: StrategyWishes }) {
  const [asked] = useDebouncedValue(JSON.stringify({ planCode, wishes: toWishesInput(wishes) }), askAfterMs);
  const { data, previousData } = useStrategyPreview(JSON.parse(asked));
  const preview = (data ?? previousData)?.strategyPreview;
  return (
    <Group gap={8} wrap="nowrap" align="flex-start" mih={22} c="dimmed">
      {preview && <IconDatabase size={16} style={{ flexShrink: 0, marginTop: 3 }} aria-hidden />}
      <Text size="sm" role="status" aria-label="Where the database will live">
        {preview ? `Database server: ${preview.reason}` : ""}
      </Text>
    </Group>
  );
}

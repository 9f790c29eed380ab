import { Group, Text } from "@mantine/core";
import { brandName } from "../../config/brand.ts";

/** Our mark (three stacked layers) and, unless told otherwise, the name beside it. */
export function BrandMark({ size = 28, hasName = true }: { size?: number; hasName?: boolean }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="var(--mantine-color-iris-filled)" />
        <path d="M16 6.5 25 11.5 16 16.5 7 11.5Z" fill="#fff" />
        <g fill="none" stroke="#fff" strokeWidth="2.4" strokeLinejoin="round" strokeLinecap="round">
          <path d="m7 16 9 5 9-5" opacity=".75" />
          <path d="m7 20.5 9 5 9-5" opacity=".45" />
        </g>
      </svg>
      {hasName && (
        <Text fw={650} size="md" style={{ whiteSpace: "nowrap", letterSpacing: "-0.01em" }}>
          {brandName}
        </Text>
      )}
    </Group>
  );
}

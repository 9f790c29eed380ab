import { Card, Group, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface SectionCardProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}

/** A titled card: the building block of detail pages. */
export function SectionCard({ title, aside, children }: SectionCardProps) {
  return (
    <Card component="section" aria-label={title}>
      <Group justify="space-between" mb="md" gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        {aside}
      </Group>
      {children}
    </Card>
  );
}

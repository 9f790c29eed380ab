import { Center, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { BrandMark } from "./brand-mark.tsx";
import { PageTitle } from "./page-title.tsx";

interface FullPageMessageProps {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

/** A page that only says something: not found, broken, unreachable. */
export function FullPageMessage({ title, children, action }: FullPageMessageProps) {
  return (
    <Center mih="80dvh" p="lg" component="main">
      <PageTitle>{title}</PageTitle>
      <Stack align="center" gap="md" maw={440} ta="center">
        <BrandMark size={44} hasName={false} />
        <Title order={1}>{title}</Title>
        <Text c="dimmed">{children}</Text>
        {action}
      </Stack>
    </Center>
  );
}

import { Anchor, Card, Center, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { BrandMark } from "./brand-mark.tsx";
import { ColorSchemeToggle } from "./color-scheme-toggle.tsx";
import { PageTitle } from "./page-title.tsx";

interface AuthLayoutProps {
  title: string;
  description?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}

/** The frame of every page about signing in and up: one card in the middle. */
export function AuthLayout({ title, description, children, footer }: AuthLayoutProps) {
  return (
    <Stack mih="100dvh" gap={0} bg="var(--app-canvas)">
      <PageTitle>{title}</PageTitle>
      <Group justify="space-between" p="md" component="header">
        <Anchor component={Link} to="/" underline="never" c="inherit" aria-label="Home">
          <BrandMark />
        </Anchor>
        <ColorSchemeToggle />
      </Group>
      <Center component="main" flex={1} p="md" pb={96}>
        <Stack w="100%" maw={420} gap="lg">
          <Card padding="xl" shadow="sm">
            <Stack gap="lg">
              <div>
                <Title order={1} size="h2">
                  {title}
                </Title>
                {description !== undefined && (
                  <Text c="dimmed" size="sm" mt={6} component="div">
                    {description}
                  </Text>
                )}
              </div>
              {children}
            </Stack>
          </Card>
          {footer !== undefined && (
            <Text ta="center" size="sm" c="dimmed" component="div">
              {footer}
            </Text>
          )}
        </Stack>
      </Center>
    </Stack>
  );
}

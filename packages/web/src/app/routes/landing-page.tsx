import { Container, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconActivityHeartbeat, IconLock, IconRocket } from "@tabler/icons-react";
import { brandName } from "../../config/brand.ts";
import { PlanShowcase } from "../../features/plans/components/plan-showcase.tsx";
import { LandingHeader } from "../landing/landing-header.tsx";
import { LandingHero } from "../landing/landing-hero.tsx";

const promises = [
  {
    icon: IconRocket,
    title: "Ready in seconds",
    text: "Choose an address and a plan. Your Odoo is made while you watch, step by step.",
  },
  {
    icon: IconLock,
    title: "Only yours",
    text: "Every instance has its own namespace, database, role and network rules. Nothing is shared by accident.",
  },
  {
    icon: IconActivityHeartbeat,
    title: "Open to see",
    text: "State, processes and reasons are shown live. When something is wrong, it says what and why.",
  },
];

/** What this is, at one glance, for people who are not signed in. */
export function LandingPage() {
  return (
    <>
      <title>{`${brandName}: your own Odoo, ready in seconds`}</title>
      <LandingHeader />
      <main>
        <LandingHero />
        <Container size="lg" py={{ base: 48, sm: 72 }}>
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="xl">
            {promises.map(({ icon: Icon, title, text }) => (
              <Stack key={title} gap="xs">
                <ThemeIcon size={40} radius="md" variant="light">
                  <Icon size={22} stroke={1.7} />
                </ThemeIcon>
                <Title order={2} size="h4">
                  {title}
                </Title>
                <Text c="dimmed">{text}</Text>
              </Stack>
            ))}
          </SimpleGrid>
        </Container>
        <Container size="lg" pb={96} id="plans">
          <PlanShowcase />
        </Container>
      </main>
      <Container size="lg" component="footer" pb="xl">
        <Group justify="space-between" fz="sm" c="dimmed">
          <span>{brandName}</span>
          <span>Odoo is a trademark of Odoo S.A.</span>
        </Group>
      </Container>
    </>
  );
}

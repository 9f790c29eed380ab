import { Button, Card, Container, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconArrowRight, IconCheck } from "@tabler/icons-react";
import { Link } from "react-router";
import { usePlatform, useSession } from "../../lib/session/session-context.ts";

/** The promise, the way in, and a picture of what happens. */
export function LandingHero() {
  const isSignedIn = useSession().status === "signed-in";
  return (
    <Container size="lg" py={{ base: 40, sm: 80 }}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing={{ base: 40, md: 64 }} verticalSpacing={40}>
        <Stack justify="center" gap="lg">
          <Title order={1} fz={{ base: 38, sm: 52 }} lh={1.08}>
            Your own Odoo, ready in seconds
          </Title>
          <Text size="lg" c="dimmed" maw={480}>
            Create isolated Odoo instances with an address, a database and limits of their own. No servers to
            set up, no files to edit.
          </Text>
          <Group>
            <Button
              component={Link}
              to={isSignedIn ? "/dashboard" : "/sign-up"}
              size="lg"
              rightSection={<IconArrowRight size={18} />}
            >
              {isSignedIn ? "Open the dashboard" : "Create an account"}
            </Button>
            <Button component="a" href="#plans" size="lg" variant="subtle">
              See the plans
            </Button>
          </Group>
        </Stack>
        <ProgressPicture />
      </SimpleGrid>
    </Container>
  );
}

const steps = [
  "Its own namespace",
  "Limits and network rules",
  "Its own database",
  "Odoo started",
  "Address opened",
];

function ProgressPicture() {
  const { config } = usePlatform();
  return (
    <Card shadow="xl" padding="xl" aria-hidden>
      <Text fw={650}>Acme Ltd.</Text>
      <Text size="sm" c="iris">
        acme.{config.baseDomain}
      </Text>
      <Stack gap="sm" mt="lg">
        {steps.map((step) => (
          <Group key={step} gap="sm">
            <ThemeIcon size={24} radius="xl" color="teal">
              <IconCheck size={14} stroke={3} />
            </ThemeIcon>
            <Text size="sm">{step}</Text>
          </Group>
        ))}
      </Stack>
      <Button mt="xl" fullWidth component="span">
        Open Odoo
      </Button>
    </Card>
  );
}

import { Card, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { usePlans } from "../api/plans.ts";
import { PlanSummary } from "./plan-summary.tsx";

/** The plans for people who look around; without numbers when the server does not give them. */
export function PlanShowcase() {
  const { data, error } = usePlans();
  return (
    <Stack gap="lg">
      <Title order={2}>Plans</Title>
      {error !== undefined && (
        <Text c="dimmed" maw={640}>
          From a small team on a shared database server to a company with a server of its own: each plan says
          what CPU, memory and storage it guarantees. You see them all when you create an instance.
        </Text>
      )}
      {error === undefined && (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          {data === undefined && [0, 1, 2, 3].map((key) => <Skeleton key={key} h={220} radius="lg" />)}
          {data?.plans.map((plan) => (
            <Card key={plan.id}>
              <PlanSummary plan={plan} />
            </Card>
          ))}
        </SimpleGrid>
      )}
    </Stack>
  );
}

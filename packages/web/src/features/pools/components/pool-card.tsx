import { Alert, Badge, Button, Card, Collapse, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import { poolLooks } from "../pool-state.ts";
import { PoolDetails } from "./pool-details.tsx";
import { PoolMenu } from "./pool-menu.tsx";
import { PoolUsage } from "./pool-usage.tsx";

const poolFragment = graphql(`
  fragment PoolCard_pool on Pool {
    id name state stateMessage desiredState isBeingRemoved tenantCount measuredAt
    ...PoolUsage_pool
    ...PoolDetails_pool
  }
`);

/** One shared server: its state, how full it is, what can be done with it. */
export function PoolCard({ pool: masked }: { pool: FragmentType<typeof poolFragment> }) {
  const pool = readFragment(poolFragment, masked);
  const [isOpen, { toggle }] = useDisclosure(false);
  const { label, color, hint } = poolLooks[pool.state];
  const Chevron = isOpen ? IconChevronUp : IconChevronDown;
  return (
    <Card component="article" aria-label={pool.name}>
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group gap="sm">
            <Title order={2} size="h4">
              {pool.name}
            </Title>
            <Tooltip label={hint}>
              <Badge color={color} size="lg" data-state={pool.state} tabIndex={0}>
                {label}
              </Badge>
            </Tooltip>
            {pool.isBeingRemoved && <Badge color="red">Being removed</Badge>}
          </Group>
          <PoolMenu pool={pool} />
        </Group>
        {pool.stateMessage !== "" && (
          <Alert
            color={pool.state === "FAILED" ? "red" : "blue"}
            icon={<IconAlertTriangle />}
            p="sm"
            style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}
          >
            {pool.stateMessage}
          </Alert>
        )}
        <PoolUsage pool={pool} />
        <Group justify="space-between">
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={toggle}
            aria-expanded={isOpen}
            rightSection={<Chevron size={16} />}
          >
            Templates and instances
          </Button>
          <Text size="xs" c="dimmed">
            {pool.measuredAt ? (
              <>
                Measured <RelativeTime at={pool.measuredAt} />
              </>
            ) : (
              "Not measured yet"
            )}
          </Text>
        </Group>
        <Collapse expanded={isOpen}>{isOpen && <PoolDetails pool={pool} />}</Collapse>
      </Stack>
    </Card>
  );
}

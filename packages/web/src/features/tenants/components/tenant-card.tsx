import { Anchor, Card, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import { InstanceLink } from "./instance-link.tsx";
import { StateBadge } from "./state-badge.tsx";

const tenantFragment = graphql(`
  fragment TenantCard_tenant on Tenant {
    id name slug url state stateMessage createdAt odooVersion operationsUnderWay { id kind }
    plan { id name }
  }
`);

/** One instance on the dashboard. */
export function TenantCard({ tenant: masked }: { tenant: FragmentType<typeof tenantFragment> }) {
  const tenant = readFragment(tenantFragment, masked);
  return (
    <Card component="article" aria-label={tenant.name}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Anchor
            component={Link}
            to={`/instances/${encodeURIComponent(tenant.id)}`}
            fw={650}
            size="lg"
            c="inherit"
            truncate
          >
            {tenant.name}
          </Anchor>
          <StateBadge state={tenant.state} underWay={tenant.operationsUnderWay.map(({ kind }) => kind)} />
        </Group>
        <InstanceLink url={tenant.url} state={tenant.state} />
        {tenant.stateMessage !== "" && (
          <Text size="sm" c="dimmed" lineClamp={3}>
            {tenant.stateMessage}
          </Text>
        )}
        <Group gap="xs" mt="auto" c="dimmed" fz="sm" pt="xs">
          <span>{tenant.plan.name}</span>·<span>Odoo {tenant.odooVersion}</span>·
          <span>
            created <RelativeTime at={tenant.createdAt} />
          </span>
        </Group>
      </Stack>
    </Card>
  );
}

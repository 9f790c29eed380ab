import { Anchor, Badge, Group, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import { describeError } from "../../../lib/api/describe-error.ts";
import { usePoolTenants } from "../api/pool-tenants.ts";
import { templateLooks } from "../pool-state.ts";

const poolFragment = graphql(`
  fragment PoolDetails_pool on Pool {
    id tenantCount
    templates { name odooVersion bundle state message since }
  }
`);

/** Templates of a pool, and who lives there. */
export function PoolDetails({ pool: masked }: { pool: FragmentType<typeof poolFragment> }) {
  const { id, tenantCount, templates } = readFragment(poolFragment, masked);
  return (
    <Stack gap="lg">
      <div>
        <Title order={3} size="h5" mb="xs">
          Templates
        </Title>
        {templates.length === 0 && <Dimmed>None has been begun yet.</Dimmed>}
        <Stack gap={6}>
          {templates.map(({ name, odooVersion, bundle, state, message, since }) => (
            <Group key={name} gap="xs" align="baseline">
              <Badge color={templateLooks[state].color}>{templateLooks[state].label}</Badge>
              <Text size="sm" span>
                Odoo {odooVersion}, {bundle}
              </Text>
              <Text size="xs" c="dimmed" span>
                <RelativeTime at={since} />
              </Text>
              {message !== "" && (
                <Text
                  size="xs"
                  c="dimmed"
                  w="100%"
                  style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}
                >
                  {message}
                </Text>
              )}
            </Group>
          ))}
        </Stack>
      </div>
      <div>
        <Title order={3} size="h5" mb="xs">
          Instances in it
        </Title>
        {/* Another number of them is another list. */}
        <PoolTenants key={tenantCount} id={id} />
      </div>
    </Stack>
  );
}

function PoolTenants({ id }: { id: string }) {
  const { data, error, refetch } = usePoolTenants(id);
  const tenants = data?.pool?.tenants;
  if (error && !tenants) {
    return (
      <ErrorPanel
        title="They cannot be shown"
        message={describeError(error)}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!tenants) return <Skeleton h={60} radius="md" aria-busy aria-label="Loading" />;
  if (tenants.length === 0) return <Dimmed>Nobody lives here.</Dimmed>;
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table verticalSpacing={4} aria-label="Instances in this pool">
        <Table.Thead>
          <Table.Tr>
            {["Subdomain", "Name", "Plan", "Connections"].map((label) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tenants.map((tenant) => (
            <Table.Tr key={tenant.id}>
              <Table.Td>
                <Anchor size="sm" component={Link} to={`/instances/${encodeURIComponent(tenant.id)}`}>
                  {tenant.slug}
                </Anchor>
              </Table.Td>
              <Table.Td>{tenant.name}</Table.Td>
              <Table.Td>{tenant.planCode}</Table.Td>
              <Table.Td>{tenant.connectionLimit}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Dimmed({ children }: { children: string }) {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  );
}

import { Anchor, Table, Text } from "@mantine/core";
import { Link, useNavigate } from "react-router";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import { StateBadge } from "./state-badge.tsx";

const tenantFragment = graphql(`
  fragment TenantRow_tenant on Tenant {
    id slug name state createdAt operationsUnderWay { id kind }
    organization { id name }
    plan { id name }
    placement { strategy pool }
    pods { items { name nodeName } }
  }
`);

/** One instance in the administrators' table; the whole row opens it. */
export function TenantRow({ tenant: masked }: { tenant: FragmentType<typeof tenantFragment> }) {
  const tenant = readFragment(tenantFragment, masked);
  const navigate = useNavigate();
  const path = `/instances/${encodeURIComponent(tenant.id)}`;
  const nodes = [...new Set(tenant.pods.items.map((pod) => pod.nodeName).filter(Boolean))];
  return (
    <Table.Tr onClick={() => void navigate(path)} style={{ cursor: "pointer", whiteSpace: "nowrap" }}>
      <Table.Td>
        <Anchor
          component={Link}
          to={path}
          fw={550}
          size="sm"
          display="block"
          truncate
          maw={200}
          title={tenant.slug}
          onClick={(event) => event.stopPropagation()}
        >
          {tenant.slug}
        </Anchor>
        {tenant.name !== tenant.slug && (
          <Text size="xs" c="dimmed" truncate maw={200}>
            {tenant.name}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <StateBadge state={tenant.state} underWay={tenant.operationsUnderWay.map(({ kind }) => kind)} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" truncate maw={140}>
          {tenant.organization.name}
        </Text>
      </Table.Td>
      <Table.Td>{tenant.plan.name}</Table.Td>
      <Table.Td>
        {tenant.placement ? (tenant.placement.strategy === "SHARED" ? "Shared" : "Dedicated") : "–"}
        <Text size="xs" c="dimmed">
          {tenant.placement?.pool}
        </Text>
      </Table.Td>
      <Table.Td>{nodes.join(", ") || "–"}</Table.Td>
      <Table.Td>
        <RelativeTime at={tenant.createdAt} />
      </Table.Td>
    </Table.Tr>
  );
}

import { Button, Card, Center, EmptyState, Group, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useThrottledValue } from "@mantine/hooks";
import { IconFilterOff } from "@tabler/icons-react";
import { useEffect, useEffectEvent } from "react";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import { describeError } from "../../../lib/api/describe-error.ts";
import { maxPageSize, pageSize, useAllTenants } from "../api/all-tenants.ts";
import { useWatchAllTenants } from "../api/watch-all-tenants.ts";
import { buildTableVariables, type TableQuery } from "../table-query.ts";
import { SortableHeader } from "./sortable-header.tsx";
import { TenantRow } from "./tenant-row.tsx";

interface TenantTableProps {
  query: TableQuery;
  onSort(orderBy: TableQuery["orderBy"]): void;
}

/** All instances of the platform that fit the view, live, page by page. */
export function TenantTable({ query, onSort }: TenantTableProps) {
  const { connection, error, refetch, loadMore, isLoading } = useLivePages(query);
  if (error && !connection) {
    return (
      <ErrorPanel
        title="The instances cannot be shown"
        message={describeError(error)}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!connection) return <Skeleton h={320} radius="lg" aria-busy aria-label="Loading the instances" />;
  if (connection.edges.length === 0) {
    return (
      <EmptyState
        py={64}
        icon={<IconFilterOff />}
        title="Nothing fits"
        description="No instance matches this search and these filters."
      />
    );
  }
  const { edges, totalCount, pageInfo } = connection;
  const sortProps = { orderBy: query.orderBy, onSort };
  return (
    <Stack>
      <Card padding={0}>
        <Table.ScrollContainer minWidth={860}>
          <Table highlightOnHover verticalSpacing="sm" horizontalSpacing="sm" aria-label="All instances">
            <Table.Thead>
              <Table.Tr>
                <SortableHeader label="Subdomain" field="SLUG" {...sortProps} />
                <SortableHeader label="State" field="STATE" {...sortProps} />
                <Table.Th>Organization</Table.Th>
                <SortableHeader label="Plan" field="PLAN" {...sortProps} />
                <Table.Th>Database</Table.Th>
                <Table.Th>Node</Table.Th>
                <SortableHeader label="Created" field="CREATED_AT" {...sortProps} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {edges.map(({ node }) => (
                <TenantRow key={node.id} tenant={node} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Card>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {edges.length} of {totalCount} shown
        </Text>
        <Center>
          {pageInfo.hasNextPage && (
            <Button variant="default" onClick={loadMore} loading={isLoading}>
              Show more
            </Button>
          )}
        </Center>
      </Group>
    </Stack>
  );
}

// Many instances at once must not become as many requests.
const readAgainEveryMs = 500;

function useLivePages(query: TableQuery) {
  const { filter, orderBy } = buildTableVariables(query);
  const { data, previousData, error, loading, refetch, fetchMore } = useAllTenants(filter, orderBy);
  const revision = useThrottledValue(useWatchAllTenants(filter, orderBy), readAgainEveryMs);
  const connection = (data ?? previousData)?.tenants;
  const shownCount = connection?.edges.length ?? 0;

  const readAgain = useEffectEvent(async () => {
    const first = Math.min(maxPageSize, Math.max(pageSize, shownCount));
    let page = (await refetch({ first })).data?.tenants;
    for (let count = first; page?.pageInfo.hasNextPage && count < shownCount; count += first) {
      page = (await fetchMore({ variables: { first, after: page.pageInfo.endCursor ?? null } })).data
        ?.tenants;
    }
  });
  useEffect(() => {
    if (revision > 0)
      readAgain().catch((failure: unknown) => console.warn("The pages stay as they were:", failure));
  }, [revision]);

  const loadMore = async () => {
    const after = connection?.pageInfo.endCursor;
    if (after) await fetchMore({ variables: { after } });
  };
  return { connection, error, refetch, loadMore, isLoading: loading };
}

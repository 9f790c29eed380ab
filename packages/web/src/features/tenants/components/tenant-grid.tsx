import { Button, EmptyState, SimpleGrid, Skeleton } from "@mantine/core";
import { IconPlus, IconStack2 } from "@tabler/icons-react";
import { Link } from "react-router";
import { ErrorPanel } from "../../../components/ui/error-panel.tsx";
import type { TenantFilter } from "../../../generated/graphql.ts";
import { describeError } from "../../../lib/api/describe-error.ts";
import { useWatchTenants } from "../api/watch-tenants.ts";
import { TenantCard } from "./tenant-card.tsx";

const cols = { base: 1, sm: 2, xl: 3 };

/** All instances that fit the filter as cards, live. */
export function TenantGrid({ filter }: { filter: TenantFilter | null }) {
  const { state: tenants, isReady, error, retry } = useWatchTenants(filter);
  if (error !== undefined) {
    return (
      <ErrorPanel title="Your instances cannot be shown" message={describeError(error)} onRetry={retry} />
    );
  }
  if (!isReady) {
    return (
      <SimpleGrid cols={cols} aria-busy aria-label="Loading your instances">
        {[0, 1, 2].map((key) => (
          <Skeleton key={key} h={148} radius="lg" />
        ))}
      </SimpleGrid>
    );
  }
  if (tenants.length === 0) {
    return (
      <EmptyState
        py={64}
        size="lg"
        variant="light"
        icon={<IconStack2 />}
        title="No instances yet"
        description="Create your first Odoo. It has its own address, database and limits, and is ready in seconds."
      >
        <EmptyState.Actions>
          <Button component={Link} to="/instances/new" leftSection={<IconPlus size={18} />}>
            Create an instance
          </Button>
        </EmptyState.Actions>
      </EmptyState>
    );
  }
  return (
    <SimpleGrid cols={cols}>
      {tenants.map((tenant) => (
        <TenantCard key={tenant.id} tenant={tenant} />
      ))}
    </SimpleGrid>
  );
}

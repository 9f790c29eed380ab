import { Stack } from "@mantine/core";
import { PageHeader } from "../../components/ui/page-header.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { usePlans } from "../../features/plans/api/plans.ts";
import { AddPoolButton } from "../../features/pools/components/add-pool-button.tsx";
import { DryRun } from "../../features/pools/components/dry-run.tsx";
import { PoolList } from "../../features/pools/components/pool-list.tsx";
import { StrategyCards } from "../../features/pools/components/strategy-cards.tsx";
import { SparesPanel } from "../../features/spares/components/spares-panel.tsx";
import { useShellViewer } from "../viewer-context.ts";
import { NotFoundPage } from "./not-found-page.tsx";

/** For administrators: where databases live, and what could be done about it. */
export function Component() {
  const viewer = useShellViewer();
  const { data } = usePlans();
  if (viewer.platformRole !== "ADMIN") return <NotFoundPage />;
  return (
    <>
      <PageTitle>Database pools</PageTitle>
      <PageHeader
        title="Database pools"
        description="Shared PostgreSQL servers, as they are now. Further ones are made by themselves before places run out."
        actions={<AddPoolButton />}
      />
      <Stack gap="lg">
        <StrategyCards />
        <PoolList />
        <SparesPanel plans={data?.plans ?? []} />
        <DryRun plans={data?.plans ?? []} />
      </Stack>
    </>
  );
}

import { Skeleton, Stack } from "@mantine/core";
import { ErrorPanel } from "../../components/ui/error-panel.tsx";
import { PageHeader } from "../../components/ui/page-header.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { useHealing } from "../../features/healing/api/healing.ts";
import { DriftSection } from "../../features/healing/components/drift-section.tsx";
import { OrphansSection } from "../../features/healing/components/orphans-section.tsx";
import { describeError } from "../../lib/api/describe-error.ts";
import { useShellViewer } from "../viewer-context.ts";
import { NotFoundPage } from "./not-found-page.tsx";

/** For administrators: what is not as the platform left it, and what belongs to nobody. */
export function Component() {
  const viewer = useShellViewer();
  if (viewer.platformRole !== "ADMIN") return <NotFoundPage />;
  return (
    <>
      <PageTitle>Drift and orphans</PageTitle>
      <PageHeader
        title="Drift and orphans"
        description="What somebody changed behind the platform's back, and what is left without an instance."
      />
      <Findings />
    </>
  );
}

function Findings() {
  const { data, error, refetch } = useHealing();
  if (error && !data) {
    return (
      <ErrorPanel
        title="The findings cannot be shown"
        message={describeError(error)}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!data) return <Skeleton h={320} radius="lg" aria-busy aria-label="Loading the findings" />;
  return (
    <Stack gap="lg">
      <DriftSection findings={data.drift} />
      <OrphansSection orphans={data.orphans} />
    </Stack>
  );
}

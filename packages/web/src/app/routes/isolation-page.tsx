import { Anchor, Skeleton, Stack } from "@mantine/core";
import { Link, useParams } from "react-router";
import { ErrorPanel } from "../../components/ui/error-panel.tsx";
import { PageHeader } from "../../components/ui/page-header.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { type TenantIsolation, useWatchIsolation } from "../../features/isolation/api/watch-isolation.ts";
import { IsolationReportView } from "../../features/isolation/components/isolation-report.tsx";
import { RunReportButton } from "../../features/isolation/components/run-report-button.tsx";
import { UnknownInstance } from "../../features/tenants/components/unknown-instance.tsx";
import { describeError } from "../../lib/api/describe-error.ts";

/** The isolation report of one instance, live while it is made. */
export function Component() {
  const { id = "" } = useParams();
  const { state, error, retry } = useWatchIsolation(id);
  if (state.isGone) return <UnknownInstance />;
  if (error !== undefined) {
    return <ErrorPanel title="The report cannot be shown" message={describeError(error)} onRetry={retry} />;
  }
  return state.isolation ? <Isolation isolation={state.isolation} /> : <Loading />;
}

function Isolation({ isolation }: { isolation: TenantIsolation }) {
  const { tenantId, tenantName, tenantSlug } = isolation;
  const instance = (
    <Anchor component={Link} to={`/instances/${encodeURIComponent(tenantId)}`}>
      {tenantName}
    </Anchor>
  );
  return (
    <>
      <PageTitle>{`Isolation of ${tenantName}`}</PageTitle>
      <PageHeader
        title="Isolation report"
        description={
          <>
            {instance} ({tenantSlug}): every claim is tried from where an attacker would stand.
          </>
        }
        actions={
          <div className="no-print">
            <RunReportButton isolation={isolation} />
          </div>
        }
      />
      <IsolationReportView isolation={isolation} />
    </>
  );
}

function Loading() {
  return (
    <Stack aria-busy aria-label="Loading the report">
      <PageTitle>Isolation</PageTitle>
      <Skeleton h={36} w={260} />
      <Skeleton h={420} radius="lg" />
    </Stack>
  );
}

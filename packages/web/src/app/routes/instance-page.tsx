import { Grid, Skeleton, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect } from "react";
import { useNavigate, useParams } from "react-router";
import { ErrorPanel } from "../../components/ui/error-panel.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { IsolationCard } from "../../features/isolation/components/isolation-card.tsx";
import { OperationHistory } from "../../features/operations/components/operation-history.tsx";
import { OperationTimeline } from "../../features/operations/components/operation-timeline.tsx";
import { PlanPicker } from "../../features/plans/components/plan-picker.tsx";
import { TenantActions } from "../../features/tenants/actions/tenant-actions.tsx";
import { useWatchTenant, type WatchedTenant } from "../../features/tenants/api/watch-tenant.ts";
import { OverrideStrategy } from "../../features/tenants/components/override-strategy.tsx";
import { TenantConditions } from "../../features/tenants/components/tenant-conditions.tsx";
import { TenantDatabase } from "../../features/tenants/components/tenant-database.tsx";
import { TenantFacts } from "../../features/tenants/components/tenant-facts.tsx";
import { TenantHeader } from "../../features/tenants/components/tenant-header.tsx";
import { TenantPods } from "../../features/tenants/components/tenant-pods.tsx";
import { UnknownInstance } from "../../features/tenants/components/unknown-instance.tsx";
import { describeError, readErrorCode } from "../../lib/api/describe-error.ts";
import { useShellViewer } from "../viewer-context.ts";

/** One instance, live, until it is gone. */
export function Component() {
  const { id = "" } = useParams();
  const { state, error, retry } = useWatchTenant(id);
  const { tenant, isGone } = state;
  const navigate = useNavigate();
  const goneName = isGone ? tenant?.name : undefined;

  useEffect(() => {
    if (goneName === undefined) return;
    notifications.show({ color: "teal", title: `${goneName} is deleted`, message: "Nothing of it is left." });
    void navigate("/dashboard", { replace: true });
  }, [goneName, navigate]);

  if ((isGone && tenant === undefined) || isUnknown(error)) return <UnknownInstance />;
  if (error !== undefined) {
    return <ErrorPanel title="The instance cannot be shown" message={describeError(error)} onRetry={retry} />;
  }
  return tenant === undefined ? <LoadingInstance /> : <Instance tenant={tenant} />;
}

function isUnknown(error: unknown): boolean {
  return ["NOT_FOUND", "BAD_USER_INPUT"].includes(readErrorCode(error) ?? "");
}

function Instance({ tenant }: { tenant: WatchedTenant }) {
  const { operation, operationsUnderWay } = tenant;
  const last = operation ? [operation] : [];
  const shown = operationsUnderWay.length > 0 ? operationsUnderWay : last;
  const isOpenAtFirst = operationsUnderWay.length > 0 || operation?.state === "FAILED";
  const isAdmin = useShellViewer().platformRole === "ADMIN";
  // Who may ask for nothing may cancel nothing either.
  const mayCancel = tenant.actions.some(({ isAvailable }) => isAvailable);
  return (
    <>
      <TenantHeader
        tenant={tenant}
        actions={<TenantActions tenant={tenant} renderPlanField={(props) => <PlanPicker {...props} />} />}
      />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="lg">
            {shown.map(({ id }) => (
              <OperationTimeline
                key={id}
                operationId={id}
                isOpenAtFirst={isOpenAtFirst}
                mayCancel={mayCancel}
              />
            ))}
            <TenantPods tenant={tenant} />
            <TenantConditions tenant={tenant} />
            <OperationHistory
              tenantId={tenant.id}
              version={`${operation?.id} ${operation?.state} ${operationsUnderWay.length}`}
            />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="lg">
            <TenantFacts tenant={tenant} />
            <TenantDatabase tenant={tenant} action={isAdmin && <OverrideStrategy tenant={tenant} />} />
            <IsolationCard tenantId={tenant.id} />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function LoadingInstance() {
  return (
    <Stack aria-busy aria-label="Loading the instance">
      <PageTitle>Instance</PageTitle>
      <Skeleton h={36} w={260} />
      <Skeleton h={420} radius="lg" />
    </Stack>
  );
}

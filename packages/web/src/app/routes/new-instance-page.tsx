import { Card, Container } from "@mantine/core";
import { PageHeader } from "../../components/ui/page-header.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { BundlePicker } from "../../features/bundles/components/bundle-picker.tsx";
import { PlanPicker } from "../../features/plans/components/plan-picker.tsx";
import { CreateTenantForm } from "../../features/tenants/components/create-tenant-form.tsx";
import { useShellViewer } from "../viewer-context.ts";

/** Orders a new instance. */
export function Component() {
  const viewer = useShellViewer();
  return (
    <Container size={760} p={0}>
      <PageTitle>New instance</PageTitle>
      <PageHeader
        title="New instance"
        description="An Odoo of its own: address, database, limits. You can watch how it is made."
      />
      <Card padding="xl">
        <CreateTenantForm
          viewerEmail={viewer.email}
          renderPlanField={(props) => <PlanPicker {...props} />}
          renderBundleField={(props) => <BundlePicker {...props} />}
        />
      </Card>
    </Container>
  );
}

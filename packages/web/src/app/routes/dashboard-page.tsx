import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMemo } from "react";
import { Link } from "react-router";
import { PageHeader } from "../../components/ui/page-header.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { TenantGrid } from "../../features/tenants/components/tenant-grid.tsx";
import { useShellViewer, type Viewer } from "../viewer-context.ts";

/** My instances, live. */
export function Component() {
  const viewer = useShellViewer();
  const filter = useMemo(() => buildOwnFilter(viewer), [viewer]);
  return (
    <>
      <PageTitle>Dashboard</PageTitle>
      <PageHeader
        title="Your instances"
        actions={
          <Button component={Link} to="/instances/new" leftSection={<IconPlus size={18} />}>
            New instance
          </Button>
        }
      />
      <TenantGrid filter={filter} />
    </>
  );
}

/** Administrators may see every tenant: their dashboard shows their own. */
function buildOwnFilter({ platformRole, organizations }: Viewer) {
  const own = organizations[0];
  return platformRole === "ADMIN" && own ? { organizationId: own.id } : null;
}

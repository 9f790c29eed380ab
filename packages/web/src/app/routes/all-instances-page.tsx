import { useSearchParams } from "react-router";
import { PageHeader } from "../../components/ui/page-header.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { usePlans } from "../../features/plans/api/plans.ts";
import { TenantFilters } from "../../features/tenants/components/tenant-filters.tsx";
import { TenantTable } from "../../features/tenants/components/tenant-table.tsx";
import { readTableQuery, type TableQuery, writeTableQuery } from "../../features/tenants/table-query.ts";
import { useShellViewer } from "../viewer-context.ts";
import { NotFoundPage } from "./not-found-page.tsx";

/** For administrators: every instance of the platform, live. */
export function Component() {
  const viewer = useShellViewer();
  const { data } = usePlans();
  const [params, setParams] = useSearchParams();
  const query = readTableQuery(params);
  const change = (next: TableQuery) => setParams(writeTableQuery(next), { replace: true });

  if (viewer.platformRole !== "ADMIN") return <NotFoundPage />;
  return (
    <>
      <PageTitle>All instances</PageTitle>
      <PageHeader title="All instances" description="Every instance on this platform, as it is now." />
      <TenantFilters query={query} plans={data?.plans ?? []} onChange={change} />
      <TenantTable query={query} onSort={(orderBy) => change({ ...query, orderBy })} />
    </>
  );
}

import { DataList, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import type { TenantFacts_TenantFragment } from "../../../generated/graphql.ts";
import { formatBytes, formatCores } from "../../../lib/format.ts";

const tenantFragment = graphql(`
  fragment TenantFacts_tenant on Tenant {
    adminEmail odooVersion bundle createdAt
    organization { id name }
    plan { id name cpuRequestMillicores cpuLimitMillicores memoryRequestBytes memoryLimitBytes filesBytes databaseBytes workers connectionLimit }
  }
`);

/** Who runs it, its version and what its plan gives. */
export function TenantFacts({ tenant: masked }: { tenant: FragmentType<typeof tenantFragment> }) {
  const tenant = readFragment(tenantFragment, masked);
  return (
    <>
      <Facts
        title="Instance"
        facts={[
          ["Administrator", tenant.adminEmail],
          ["Version", `Odoo ${tenant.odooVersion}`],
          ["Bundle", tenant.bundle],
          ["Organization", tenant.organization.name],
          ["Created", <RelativeTime key="created" at={tenant.createdAt} />],
        ]}
      />
      <Facts title={`Plan: ${tenant.plan.name}`} facts={listPlan(tenant.plan)} />
    </>
  );
}

type Fact = [label: string, value: ReactNode];

function listPlan(plan: TenantFacts_TenantFragment["plan"]): Fact[] {
  return [
    ["CPU", `${formatCores(plan.cpuRequestMillicores)}, up to ${formatCores(plan.cpuLimitMillicores)}`],
    ["Memory", `${formatBytes(plan.memoryRequestBytes)}, up to ${formatBytes(plan.memoryLimitBytes)}`],
    ["Files", formatBytes(plan.filesBytes)],
    ["Database", formatBytes(plan.databaseBytes)],
    ["Workers", plan.workers === 0 ? "One process" : String(plan.workers)],
    ["Connections", `at most ${plan.connectionLimit}`],
  ];
}

function Facts({ title, facts }: { title: string; facts: Fact[] }) {
  return (
    <SectionCard title={title}>
      <DataList labelWidth="104px" size="sm">
        {facts.map(([label, value]) => (
          <DataList.Item key={label}>
            <DataList.ItemLabel>{label}</DataList.ItemLabel>
            <DataList.ItemValue>
              <Text size="sm" span style={{ overflowWrap: "anywhere" }}>
                {value}
              </Text>
            </DataList.ItemValue>
          </DataList.Item>
        ))}
      </DataList>
    </SectionCard>
  );
}

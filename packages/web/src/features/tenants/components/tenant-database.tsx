import { Alert, DataList, Stack, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { RelativeTime } from "../../../components/ui/relative-time.tsx";
import { SectionCard } from "../../../components/ui/section-card.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import type { TenantDatabase_TenantFragment } from "../../../generated/graphql.ts";
import { formatBytes } from "../../../lib/format.ts";
import { complianceWords, ruleWords, strategyWords } from "../strategy/strategy-words.ts";

const tenantFragment = graphql(`
  fragment TenantDatabase_tenant on Tenant {
    placement { strategy pool reasons }
    strategy {
      strategy rule reason decidedAt compliance expectedDatabaseBytes expectedConcurrentUsers
      databaseSettings { name value }
      override { strategy reason by at }
      advice { strategy reason message }
    }
  }
`);

interface TenantDatabaseProps {
  tenant: FragmentType<typeof tenantFragment>;
  /** What may be done about it. */
  action?: ReactNode;
}

/** Where the database lives and why, what that was decided from, and whether it would be decided otherwise today. */
export function TenantDatabase({ tenant: masked, action }: TenantDatabaseProps) {
  const { placement, strategy } = readFragment(tenantFragment, masked);
  return (
    <SectionCard title="Database" aside={action}>
      <Stack gap="md">
        <DataList labelWidth="104px" size="sm">
          <Fact label="Strategy">{strategyWords[strategy.strategy]}</Fact>
          <Fact label="Why">{strategy.reason}</Fact>
          <Fact label="Decided by">
            {ruleWords[strategy.rule]}, <RelativeTime at={strategy.decidedAt} />
          </Fact>
          <Fact label="Server">{describeServer(placement)}</Fact>
          {placement && placement.reasons.length > 0 && (
            <Fact label="Why there">{placement.reasons.join(" ")}</Fact>
          )}
          {listWishes(strategy).map(([label, value]) => (
            <Fact key={label} label={label}>
              {value}
            </Fact>
          ))}
        </DataList>
        <Override strategy={strategy} />
        <Advice advice={strategy.advice} />
      </Stack>
    </SectionCard>
  );
}

type Strategy = TenantDatabase_TenantFragment["strategy"];

function listWishes(strategy: Strategy): [label: string, value: string][] {
  const { compliance, expectedConcurrentUsers, expectedDatabaseBytes, databaseSettings } = strategy;
  const wishes: [string, string][] = [
    ["Compliance", compliance.map((standard) => complianceWords[standard]).join(", ")],
    ["Users at once", expectedConcurrentUsers == null ? "" : `${expectedConcurrentUsers} expected`],
    ["Size", expectedDatabaseBytes == null ? "" : `${formatBytes(expectedDatabaseBytes)} expected`],
    ["Settings", databaseSettings.map(({ name, value }) => `${name} = ${value}`).join(", ")],
  ];
  return wishes.filter(([, value]) => value !== "");
}

function describeServer(placement: TenantDatabase_TenantFragment["placement"]): string {
  if (!placement) return "Being chosen";
  return placement.strategy === "DEDICATED" ? "postgres-0, beside the instance" : (placement.pool ?? "–");
}

/** Who chose, and what; nothing more than the reason in force says already. */
function Override({ strategy: { override, rule } }: { strategy: Strategy }) {
  if (!override || (rule === "MANUAL_OVERRIDE" && !override.by)) return null;
  return (
    <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
      Chosen by {override.by ?? "an administrator"}, <RelativeTime at={override.at} />:{" "}
      {strategyWords[override.strategy].toLowerCase()}. “{override.reason}”
    </Text>
  );
}

function Advice({ advice }: { advice: Strategy["advice"] }) {
  if (!advice) return null;
  return (
    <Alert color="yellow" icon={<IconInfoCircle />} p="sm" role="note">
      <Stack gap={4}>
        <Text size="sm" fw={650}>
          Today it would be placed elsewhere
        </Text>
        <Text size="sm">{advice.reason}</Text>
        <Text size="sm">{advice.message}</Text>
      </Stack>
    </Alert>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <DataList.Item>
      <DataList.ItemLabel>{label}</DataList.ItemLabel>
      <DataList.ItemValue>
        <Text size="sm" span style={{ overflowWrap: "anywhere" }}>
          {children}
        </Text>
      </DataList.ItemValue>
    </DataList.Item>
  );
}

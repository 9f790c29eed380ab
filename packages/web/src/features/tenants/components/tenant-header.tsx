import { Alert, Button, Group, Stack } from "@mantine/core";
import { IconExternalLink, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { CopyIconButton } from "../../../components/ui/copy-icon-button.tsx";
import { PageHeader } from "../../../components/ui/page-header.tsx";
import { PageTitle } from "../../../components/ui/page-title.tsx";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import { findLook, isReachable } from "../tenant-state.ts";
import { InstanceLink } from "./instance-link.tsx";
import { StateBadge } from "./state-badge.tsx";

const tenantFragment = graphql(`
  fragment TenantHeader_tenant on Tenant { name url state stateMessage operationsUnderWay { id kind } }
`);

interface TenantHeaderProps {
  tenant: FragmentType<typeof tenantFragment>;
  actions?: ReactNode;
}

/** Name, state, address, and what to do when something is wrong. */
export function TenantHeader({ tenant: masked, actions }: TenantHeaderProps) {
  const { name, url, state, stateMessage, operationsUnderWay } = readFragment(tenantFragment, masked);
  const underWay = operationsUnderWay.map(({ kind }) => kind);
  const look = findLook(state, underWay);
  const title = (
    <Group gap="sm">
      {name} <StateBadge state={state} underWay={underWay} />
    </Group>
  );
  const address = (
    <Group gap={4} wrap="nowrap">
      <InstanceLink url={url} state={state} />
      <CopyIconButton value={url} label="Copy the address" />
    </Group>
  );
  return (
    <Stack gap={0}>
      <PageTitle>{`${name} (${look.label.toLowerCase()})`}</PageTitle>
      <PageHeader
        title={title}
        description={address}
        actions={
          <Group gap="xs">
            {isReachable(state) && !underWay.includes("START") && (
              <Button
                component="a"
                href={url}
                target="_blank"
                rel="noopener"
                rightSection={<IconExternalLink size={16} />}
              >
                Open Odoo
              </Button>
            )}
            {actions}
          </Group>
        }
      />
      {stateMessage !== "" && (
        <Alert color={look.color} icon={<IconInfoCircle />} mb="lg" role="status">
          {stateMessage}
        </Alert>
      )}
    </Stack>
  );
}

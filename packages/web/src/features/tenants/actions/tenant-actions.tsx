import { Button, Group, Menu, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChevronDown, IconPlayerPlay } from "@tabler/icons-react";
import { Fragment, type ReactNode, useState } from "react";
import { type FragmentType, readFragment } from "../../../generated/fragment-masking.ts";
import { graphql } from "../../../generated/gql.ts";
import type { FieldProps } from "../../../lib/bind-field.ts";
import { startTenant } from "../api/lifecycle.ts";
import { ActionModal } from "./action-modal.tsx";
import { type ActionKind, actionGroups, actionIcons, actionWords } from "./action-words.ts";
import { useRequest } from "./use-request.ts";

const tenantFragment = graphql(`
  fragment TenantActions_tenant on Tenant {
    id slug name adminEmail
    plan { code name }
    actions { kind isAvailable refusal }
    planChoices { planCode isAvailable refusal }
  }
`);

export interface PlanFieldProps extends FieldProps<string> {
  /** Code of the plan it has. */
  current: string;
  /** Why a plan cannot be chosen, by its code. */
  refusals: Record<string, string>;
}

interface TenantActionsProps {
  tenant: FragmentType<typeof tenantFragment>;
  /** The plans are another feature's: the page puts its picker in. */
  renderPlanField(props: PlanFieldProps): ReactNode;
}

/** What can be asked of an instance; what cannot be now says why. */
export function TenantActions({ tenant: masked, renderPlanField }: TenantActionsProps) {
  const tenant = readFragment(tenantFragment, masked);
  const [open, setOpen] = useState<ActionKind>();
  const start = useRequest(startTenant, {
    refused: (message) => notifications.show({ color: "red", title: "It was not started", message }),
  });
  const shared = findSharedRefusal(tenant.actions);
  const byKind = new Map(tenant.actions.map((action) => [action.kind, action]));
  const choose = (kind: ActionKind) => (kind === "START" ? void begin() : setOpen(kind));
  const begin = () => start.send({ tenantId: tenant.id });
  const refusals = Object.fromEntries(tenant.planChoices.map(({ planCode, refusal }) => [planCode, refusal]));
  return (
    <Group gap="xs">
      {byKind.get("START")?.isAvailable && (
        <Button leftSection={<IconPlayerPlay size={16} />} onClick={begin} loading={start.isBusy}>
          Start
        </Button>
      )}
      <Menu position="bottom-end" width={300} withinPortal>
        <Menu.Target>
          <Button
            variant="default"
            rightSection={<IconChevronDown size={16} />}
            disabled={tenant.actions.every(({ isAvailable }) => !isAvailable)}
            {...(shared !== undefined && { title: shared })}
          >
            Manage
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {shared !== undefined && <Menu.Label>{shared}</Menu.Label>}
          {actionGroups.map((kinds, index) => (
            <Fragment key={kinds[0]}>
              {index > 0 && <Menu.Divider />}
              {kinds.map((kind) => (
                <ActionItem
                  key={kind}
                  kind={kind}
                  action={byKind.get(kind)}
                  sharedRefusal={shared}
                  onChoose={choose}
                />
              ))}
            </Fragment>
          ))}
        </Menu.Dropdown>
      </Menu>
      {open !== undefined && (
        <ActionModal
          kind={open}
          tenant={tenant}
          onClose={() => setOpen(undefined)}
          renderPlanField={(props) => renderPlanField({ ...props, refusals, current: tenant.plan.code })}
        />
      )}
    </Group>
  );
}

/** What most actions are refused for. */
function findSharedRefusal(actions: readonly { refusal: string }[]): string | undefined {
  const refusals = actions.map(({ refusal }) => refusal).filter((refusal) => refusal !== "");
  return refusals.find((one) => refusals.filter((other) => other === one).length > 2);
}

interface ActionItemProps {
  kind: ActionKind;
  action: { isAvailable: boolean; refusal: string } | undefined;
  /** Said once above all, not at each. */
  sharedRefusal: string | undefined;
  onChoose(kind: ActionKind): void;
}

function ActionItem({ kind, action, sharedRefusal, onChoose }: ActionItemProps) {
  if (action === undefined) return null;
  const Icon = actionIcons[kind];
  return (
    <Menu.Item
      leftSection={<Icon size={16} />}
      disabled={!action.isAvailable}
      onClick={() => onChoose(kind)}
      {...(kind === "DELETE" && { color: "red" })}
    >
      {actionWords[kind]}
      {action.refusal !== "" && action.refusal !== sharedRefusal && (
        <Text size="xs" c="dimmed">
          {action.refusal}
        </Text>
      )}
    </Menu.Item>
  );
}

import { Badge, Loader } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconExclamationCircle,
  IconPlayerPause,
} from "@tabler/icons-react";
import type { OperationKind, TenantState } from "../../../generated/graphql.ts";
import { findLook } from "../tenant-state.ts";

const icons = {
  PENDING: IconClock,
  PROVISIONING: IconClock,
  RUNNING: IconCircleCheck,
  STOPPED: IconPlayerPause,
  DEGRADED: IconAlertTriangle,
  DELETING: IconClock,
  FAILED: IconExclamationCircle,
};

interface StateBadgeProps {
  state: TenantState;
  /** What is under way, by the kinds of its operations. */
  underWay?: readonly OperationKind[];
}

/** A tenant's state in a word, with colour and sign. */
export function StateBadge({ state, underWay = [] }: StateBadgeProps) {
  const { label, color, isMoving } = findLook(state, underWay);
  const Icon = icons[state];
  return (
    <Badge
      color={color}
      size="lg"
      tt="none"
      fw={550}
      leftSection={isMoving ? <Loader size={12} color={color} aria-hidden /> : <Icon size={14} aria-hidden />}
      data-state={state}
    >
      {label}
    </Badge>
  );
}

import { Badge, Loader } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconExclamationCircle,
  IconPlayerPause,
} from "@tabler/icons-react";
import type { TenantState } from "../../../generated/graphql.ts";
import { stateLooks } from "../tenant-state.ts";

const icons = {
  PENDING: IconClock,
  PROVISIONING: IconClock,
  RUNNING: IconCircleCheck,
  STOPPED: IconPlayerPause,
  DEGRADED: IconAlertTriangle,
  DELETING: IconClock,
  FAILED: IconExclamationCircle,
};

/** A tenant's state in a word, with colour and sign. */
export function StateBadge({ state }: { state: TenantState }) {
  const { label, color, isMoving } = stateLooks[state];
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

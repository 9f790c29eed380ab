import type { OperationRow } from "../../operation/operation.type.ts";
import type { TenantChange } from "./lifecycle.writes.ts";

/** The desired state as it was before an operation that can be taken back. */
export function undo({ kind, details }: OperationRow): TenantChange {
  if (kind === "START") return { desired_run_state: "STOPPED" };
  if (kind === "STOP") return { desired_run_state: "RUNNING" };
  if (kind === "RESET_PASSWORD") return { pending_password_reset_hash: null };
  if (kind === "CHANGE_PLAN") return { plan_id: details.previousPlanId! };
  const { previousRestartAt } = details;
  return { restart_requested_at: previousRestartAt ? new Date(previousRestartAt) : null };
}

import type { OperationKind, TenantState } from "../../generated/graphql.ts";

export interface StateLook {
  label: string;
  color: string;
  isMoving: boolean;
}

/** Words and colour for each state, the same everywhere. */
export const stateLooks: Record<TenantState, StateLook> = {
  PENDING: { label: "Waiting", color: "gray", isMoving: true },
  PROVISIONING: { label: "Setting up", color: "iris", isMoving: true },
  RUNNING: { label: "Running", color: "teal", isMoving: false },
  STOPPED: { label: "Stopped", color: "gray", isMoving: false },
  DEGRADED: { label: "Degraded", color: "orange", isMoving: false },
  DELETING: { label: "Deleting", color: "gray", isMoving: true },
  FAILED: { label: "Failed", color: "red", isMoving: false },
};

const moves: Partial<Record<OperationKind, string>> = {
  START: "Starting",
  STOP: "Stopping",
  RESTART: "Restarting",
  CHANGE_PLAN: "Changing its plan",
  ROTATE_CREDENTIALS: "Restarting",
};

/** The look of a state, named after what somebody asked for while that is under way. */
export function findLook(state: TenantState, underWay: readonly OperationKind[]): StateLook {
  if (state === "DELETING" || state === "FAILED") return stateLooks[state];
  const label = underWay.map((kind) => moves[kind]).findLast((words) => words !== undefined);
  return label === undefined ? stateLooks[state] : { label, color: "iris", isMoving: true };
}

/** In the order in which filters offer them. */
export const tenantStates = Object.keys(stateLooks) as TenantState[];

/** True when people can reach the instance's address. */
export function isReachable(state: TenantState): boolean {
  return state === "RUNNING" || state === "DEGRADED";
}

import type { OperationKindName, RunStateName, TenantStateName } from "../../../database/tables.ts";

/** What can be asked of a tenant that exists. */
export const actionKinds = [
  "START",
  "STOP",
  "RESTART",
  "RESET_PASSWORD",
  "CHANGE_PLAN",
  "ROTATE_CREDENTIALS",
  "DELETE",
] as const satisfies OperationKindName[];
export type ActionKind = (typeof actionKinds)[number];

/** What decides whether something can be asked of a tenant now. */
export interface Situation {
  state: TenantStateName;
  desiredRunState: RunStateName;
  isDeleting: boolean;
  /** Kinds of the operations under way. */
  underWay: OperationKindName[];
}

/** Which operations under way come to an end because something newer was asked for. */
export const supersededBy: Record<ActionKind, OperationKindName[]> = {
  START: ["STOP"],
  STOP: ["START", "RESTART"],
  RESTART: [],
  RESET_PASSWORD: ["RESET_PASSWORD"],
  CHANGE_PLAN: ["CHANGE_PLAN"],
  ROTATE_CREDENTIALS: [],
  DELETE: ["CREATE", "START", "STOP", "RESTART", "RESET_PASSWORD", "CHANGE_PLAN", "ROTATE_CREDENTIALS"],
};

/** What the operations that it ends are told. */
export const supersedingWords: Record<ActionKind, string> = {
  START: "A start was asked for.",
  STOP: "A stop was asked for.",
  RESTART: "A restart was asked for.",
  RESET_PASSWORD: "Another password was asked for.",
  CHANGE_PLAN: "Another plan was asked for.",
  ROTATE_CREDENTIALS: "New credentials were asked for.",
  DELETE: "The deletion of the instance was asked for.",
};

/** Why an action is refused now, for people; undefined when it is not. */
export function findRefusal(action: ActionKind, situation: Situation): string | undefined {
  const { state, isDeleting, underWay } = situation;
  if (isDeleting) return "It is being deleted.";
  if (action === "DELETE") return undefined;
  if (underWay.includes("CREATE")) return "It is being created: wait until that is done, or delete it.";
  if (state === "FAILED") return "It has failed: mend the cause that is shown, or delete it.";
  return findRunStateRefusal(action, situation);
}

function findRunStateRefusal(action: ActionKind, { desiredRunState, underWay }: Situation) {
  const isStopped = desiredRunState === "STOPPED";
  const isDoing = (kind: ActionKind) => underWay.includes(kind);
  if (action === "START" && !isStopped) {
    return isDoing("START") ? "It is being started." : "It is running already.";
  }
  if (action === "STOP" && isStopped)
    return isDoing("STOP") ? "It is being stopped." : "It is stopped already.";
  return action === "RESTART" ? findRestartRefusal(isStopped, isDoing) : undefined;
}

function findRestartRefusal(isStopped: boolean, isDoing: (kind: ActionKind) => boolean) {
  if (isStopped) return "It is stopped: start it instead.";
  if (isDoing("START")) return "It is being started.";
  return isDoing("RESTART") ? "It is being restarted." : undefined;
}

import {
  IconArrowsExchange,
  IconKey,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconShieldLock,
  IconTrash,
} from "@tabler/icons-react";
import type { OperationKind } from "../../../generated/graphql.ts";

export type ActionKind = Exclude<OperationKind, "CREATE">;

/** How each action is offered, in this order; a group per list. */
export const actionGroups: ActionKind[][] = [
  ["START", "STOP", "RESTART"],
  ["RESET_PASSWORD", "CHANGE_PLAN", "ROTATE_CREDENTIALS"],
  ["DELETE"],
];

export const actionWords: Record<ActionKind, string> = {
  START: "Start",
  STOP: "Stop…",
  RESTART: "Restart…",
  RESET_PASSWORD: "Reset the password…",
  CHANGE_PLAN: "Change the plan…",
  ROTATE_CREDENTIALS: "Renew the database credentials…",
  DELETE: "Delete…",
};

export const actionIcons: Record<ActionKind, typeof IconKey> = {
  START: IconPlayerPlay,
  STOP: IconPlayerStop,
  RESTART: IconRefresh,
  RESET_PASSWORD: IconKey,
  CHANGE_PLAN: IconArrowsExchange,
  ROTATE_CREDENTIALS: IconShieldLock,
  DELETE: IconTrash,
};

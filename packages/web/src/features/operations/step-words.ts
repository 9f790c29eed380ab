import type { OperationKind, OperationStep } from "../../generated/graphql.ts";

/** Each step as a person would say it, where its operation has no words of its own. */
const stepWords: Record<OperationStep, string> = {
  ACCEPTED: "Request accepted",
  PLACEMENT: "Choosing a database server",
  NAMESPACE: "Making its own namespace",
  ISOLATION: "Setting limits and network rules",
  SECRETS: "Storing its secrets",
  DATABASE_SERVER: "Starting its own database server",
  DATABASE: "Making its database",
  IDENTITY: "Setting up the administrator",
  WORKLOAD: "Starting Odoo",
  ROUTE: "Opening the address",
  READY: "Ready to use",
  PASSWORD: "Setting the password",
  STOPPED: "Stopped",
  STOP_WORKLOAD: "Stopping Odoo",
  DROP_DATABASE: "Removing the database",
  DELETE_NAMESPACE: "Removing everything else",
  DONE: "Everything is removed",
};

const wordsByKind: Partial<Record<OperationKind, Partial<Record<OperationStep, string>>>> = {
  STOP: { WORKLOAD: "Stopping Odoo" },
  RESTART: { WORKLOAD: "Replacing its processes" },
  CHANGE_PLAN: {
    ISOLATION: "Setting the new limits",
    DATABASE_SERVER: "Resizing its own database server",
    DATABASE: "Setting its database connections",
    WORKLOAD: "Giving Odoo its new resources",
  },
  ROTATE_CREDENTIALS: {
    SECRETS: "Making a new password",
    DATABASE: "Setting it on the database",
    WORKLOAD: "Restarting Odoo with it",
  },
};

/** A step of an operation as a person would say it. */
export const describeStep = (kind: OperationKind, step: OperationStep): string =>
  wordsByKind[kind]?.[step] ?? stepWords[step];

export const kindWords: Record<OperationKind, string> = {
  CREATE: "Creation",
  DELETE: "Deletion",
  START: "Start",
  STOP: "Stop",
  RESTART: "Restart",
  RESET_PASSWORD: "Password reset",
  CHANGE_PLAN: "Change of plan",
  ROTATE_CREDENTIALS: "Change of the database password",
};

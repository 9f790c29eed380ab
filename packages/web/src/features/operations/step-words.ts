import type { OperationKind, OperationStep } from "../../generated/graphql.ts";

/** Each step as a person would say it. */
export const stepWords: Record<OperationStep, string> = {
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
  STOPPED: "Waiting until it has ended",
  STOP_WORKLOAD: "Stopping Odoo",
  DROP_DATABASE: "Removing the database",
  DELETE_NAMESPACE: "Removing everything else",
  DONE: "Everything is removed",
};

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

import type { OperationDetails, OperationKindName, OperationStepName } from "../database/tables.ts";

const plannedSteps: Record<OperationKindName, OperationStepName[]> = {
  CREATE: [
    "ACCEPTED",
    "PLACEMENT",
    "NAMESPACE",
    "ISOLATION",
    "SECRETS",
    "DATABASE",
    "IDENTITY",
    "WORKLOAD",
    "ROUTE",
    "READY",
  ],
  DELETE: ["ACCEPTED", "STOP_WORKLOAD", "DROP_DATABASE", "DELETE_NAMESPACE", "DONE"],
  START: ["ACCEPTED", "WORKLOAD", "READY"],
  STOP: ["ACCEPTED", "WORKLOAD", "STOPPED"],
  RESTART: ["ACCEPTED", "WORKLOAD", "READY"],
  RESET_PASSWORD: ["ACCEPTED", "PASSWORD"],
  CHANGE_PLAN: ["ACCEPTED", "ISOLATION", "DATABASE", "WORKLOAD", "READY"],
  ROTATE_CREDENTIALS: ["ACCEPTED", "SECRETS", "DATABASE", "WORKLOAD", "READY"],
};

/** The steps that an operation goes through when all is well, in order. */
export function planSteps(kind: OperationKindName, { isStopped }: OperationDetails): OperationStepName[] {
  const steps = plannedSteps[kind];
  return isStopped ? steps.map((step) => (step === "READY" ? "STOPPED" : step)) : steps;
}

/** Whether an operation's timeline tells of a step that passes without trouble. */
export function tellsStep(kind: OperationKindName, step: OperationStepName): boolean {
  if (kind === "CREATE" || kind === "DELETE") return step !== "PASSWORD";
  if (kind === "CHANGE_PLAN" && step === "DATABASE_SERVER") return true; // where the tenant has one of its own
  return step === "STOPPED" || plannedSteps[kind].includes(step);
}

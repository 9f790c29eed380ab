import type { OperationRow } from "./operation.type.ts";

/** Somebody still waits for it. */
export const isUnderWay = ({ state }: Pick<OperationRow, "state">): boolean =>
  state === "PENDING" || state === "RUNNING";

/** Why an operation cannot be cancelled, for people; undefined when it can. */
export function findCancelRefusal(
  operation: Pick<OperationRow, "kind" | "state" | "irreversible_since">,
): string | undefined {
  if (!isUnderWay(operation)) return "It has ended already.";
  const whenever = neverCancelled[operation.kind];
  if (whenever !== undefined) return whenever;
  return operation.irreversible_since === null ? undefined : tooLate[operation.kind];
}

const neverCancelled: Partial<Record<OperationRow["kind"], string>> = {
  CREATE: "A creation is not cancelled: delete the instance instead.",
  DELETE: "A deletion cannot be taken back: part of the data may be gone already.",
  ROTATE_CREDENTIALS: "Credentials that are being changed cannot be changed back.",
};

// A start and a stop are taken back at any time: the one is the other's opposite.
const tooLate: Partial<Record<OperationRow["kind"], string>> = {
  RESTART: "Its processes are being replaced already.",
  RESET_PASSWORD: "The password may be set already: set another one instead.",
  CHANGE_PLAN: "The plan is being applied already: change it back instead.",
};

/** What is special about an operation, in a few words; empty when its kind says it all. */
export function summarize({ details }: Pick<OperationRow, "details">): string {
  const { previousPlanName, planName } = details;
  return planName === undefined ? "" : `from ${previousPlanName} to ${planName}`;
}

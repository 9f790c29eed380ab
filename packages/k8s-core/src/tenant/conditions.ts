import type { Condition, ConditionStatus, TenantState } from "./tenant.ts";

export type ConditionInput = Omit<Condition, "lastTransitionTime">;

/** The conditions with one replaced; its `lastTransitionTime` moves only when its status does. */
export function setCondition(conditions: Condition[], next: ConditionInput, now: Date): Condition[] {
  const previous = conditions.find(({ type }) => type === next.type);
  const lastTransitionTime =
    previous?.status === next.status ? previous.lastTransitionTime : now.toISOString();
  return [...conditions.filter(({ type }) => type !== next.type), { ...next, lastTransitionTime }];
}

export function findCondition(conditions: Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

export const statusOf = (isTrue: boolean): ConditionStatus => (isTrue ? "True" : "False");

export interface TenantStateInput {
  isDeleting: boolean;
  /** What stopped the last run for good, when something did. */
  failure?: { reason: string; message: string } | undefined;
  /** It has been ready at least once. */
  wasReady: boolean;
  /** From `evaluateInstance`; empty before the first run. */
  conditions: Condition[];
}

/** One word for all conditions, and why it is that one; the message is empty when all is well. */
export function computeTenantState(input: TenantStateInput): { state: TenantState; message: string } {
  const { isDeleting, failure, wasReady, conditions } = input;
  if (isDeleting) return { state: "Deleting", message: failure?.message ?? "" };
  if (failure) return { state: "Failed", message: failure.message };
  const ready = findCondition(conditions, "Ready");
  if (!ready) return { state: "Pending", message: "" };
  if (ready.status === "True") return { state: "Running", message: "" };
  if (ready.reason === "Stopped") return { state: "Stopped", message: "" };
  const isHurt = findCondition(conditions, "Progressing")?.status === "False";
  return { state: wasReady || isHurt ? "Degraded" : "Provisioning", message: ready.message };
}

import type { Condition } from "../client/kube-types.ts";

/** Sets one condition; lastTransitionTime moves only when the status does. */
export function withCondition(conditions: Condition[] | undefined, next: Condition, at: string): Condition[] {
  const old = conditions?.find(({ type }) => type === next.type);
  const lastTransitionTime = old?.status === next.status ? (old.lastTransitionTime ?? at) : at;
  const condition = { ...next, lastTransitionTime };
  if (!old) return [...(conditions ?? []), condition];
  return (conditions ?? []).map((other) => (other === old ? condition : other));
}

export const findCondition = (
  object: { status?: { conditions?: Condition[] } },
  type: string,
): Condition | undefined => object.status?.conditions?.find((condition) => condition.type === type);

/** Whether a condition is there with status True. */
export const hasCondition = (object: { status?: { conditions?: Condition[] } }, type: string): boolean =>
  findCondition(object, type)?.status === "True";

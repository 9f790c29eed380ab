import type { LabelSelector } from "../client/kube-types.ts";

type Labels = Record<string, string>;
type Expression = { key: string; operator: string; values?: string[] };

const operators: Record<string, (value: string | undefined, values: string[]) => boolean> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
  Gt: (value, [limit]) => Number(value) > Number(limit),
  Lt: (value, [limit]) => Number(value) < Number(limit),
};

/** Whether labels fulfil every expression (operators of selectors and of node affinity). */
export const matchesExpressions = (expressions: Expression[] | undefined, labels: Labels): boolean =>
  (expressions ?? []).every(
    ({ key, operator, values }) => operators[operator]?.(labels[key], values ?? []) ?? false,
  );

/** Whether labels carry all of these. */
export const matchesLabels = (wanted: Labels | undefined, labels: Labels = {}): boolean =>
  Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);

/** Kubernetes' rule: no selector matches nothing, an empty one everything. */
export const matchesSelector = (selector: LabelSelector | undefined, labels: Labels = {}): boolean =>
  selector !== undefined &&
  matchesLabels(selector.matchLabels, labels) &&
  matchesExpressions(selector.matchExpressions, labels);

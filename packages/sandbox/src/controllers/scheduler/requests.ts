import type { Pod } from "../../client/kube-types.ts";
import { parseQuantity } from "../../client/quantity.ts";

/** A quantity in its base unit (cores, bytes, pieces); what cannot be read is 0. */
export const amountOf = (quantity: string | number | undefined): number => parseQuantity(quantity) ?? 0;

export interface Resources {
  cpu: number;
  memory: number;
}

/** What a pod reserves on its node: its containers together, or its largest init container. */
export const readRequests = ({ spec }: Pod): Resources => {
  const of = (name: keyof Resources): number => {
    const amounts = (containers = spec.containers): number[] =>
      containers.map(({ resources }) => amountOf(resources?.requests?.[name] ?? resources?.limits?.[name]));
    const together = amounts().reduce((sum, amount) => sum + amount, 0);
    return Math.max(together, ...amounts(spec.initContainers ?? []));
  };
  return { cpu: of("cpu"), memory: of("memory") };
};

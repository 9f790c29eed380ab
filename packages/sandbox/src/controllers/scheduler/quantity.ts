import type { Pod } from "../../client/kube-types.ts";

const factors: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** A Kubernetes quantity in its base unit (cores, bytes, pieces); what cannot be read is 0. */
export const parseQuantity = (quantity: string | number | undefined): number => {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(String(quantity ?? "0"));
  return match ? Number(match[1]) * (factors[match[2] ?? ""] ?? 0) : 0;
};

export interface Resources {
  cpu: number;
  memory: number;
}

/** What a pod reserves on its node: its containers together, or its largest init container. */
export const readRequests = ({ spec }: Pod): Resources => {
  const of = (name: keyof Resources): number => {
    const amounts = (containers = spec.containers): number[] =>
      containers.map(({ resources }) =>
        parseQuantity(resources?.requests?.[name] ?? resources?.limits?.[name]),
      );
    const together = amounts().reduce((sum, amount) => sum + amount, 0);
    return Math.max(together, ...amounts(spec.initContainers ?? []));
  };
  return { cpu: of("cpu"), memory: of("memory") };
};

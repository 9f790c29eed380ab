/** CPU as Kubernetes writes it. */
export const cpu = (millicores: number): string => `${millicores}m`;

/** Bytes as Kubernetes writes them. */
export const bytes = (count: number): string => String(count);

const suffixes: Record<string, number> = {
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

/** The number behind a quantity (`500m`, `1Gi`, `1e3`); undefined for what is none. */
export function parseQuantity(text: string): number | undefined {
  const match = /^([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)([A-Za-z]*)$/.exec(text);
  const factor = match && suffixes[match[2] ?? ""];
  return match && factor !== undefined && factor !== null ? Number(match[1]) * factor : undefined;
}

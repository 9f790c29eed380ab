/** Spares of one kind, as they are shown. */
export interface Stock {
  wanted: number;
  ready: number;
  preparing: number;
  removing: number;
}

/** What is going on with a stock, in words; empty when it is full and nothing is. */
export function describeStock({ wanted, ready, preparing, removing }: Stock): string {
  const parts = [
    preparing > 0 ? `${preparing} being made` : "",
    removing > 0 ? `${removing} being removed` : "",
    ready + preparing < wanted ? `${wanted - ready - preparing} to be made` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** How well a stock is filled, as a colour. */
export function colorOfStock({ wanted, ready }: Stock): "teal" | "orange" | "gray" {
  if (wanted === 0) return "gray";
  return ready >= wanted ? "teal" : "orange";
}

import type { OrphanKind } from "../../generated/graphql.ts";

const kinds: Record<OrphanKind, string> = {
  DATABASE: "Database",
  ROLE: "Role",
  VOLUME: "Volume",
  NAMESPACE: "Namespace",
};

/** The kind of an orphan as a person would say it. */
export const describeKind = (kind: OrphanKind): string => kinds[kind];

/** Where an orphan is. */
export const describePlace = (place: string): string => (place === "cluster" ? "Cluster" : place);

/** What becomes of an orphan. */
export function describeRemoval(
  removedAfter: string | null,
  nowMs: number,
): { words: string; color: string } {
  if (removedAfter === null) return { words: "By hand only", color: "orange" };
  return Date.parse(removedAfter) <= nowMs
    ? { words: "Being removed", color: "iris" }
    : { words: "Waits", color: "gray" };
}

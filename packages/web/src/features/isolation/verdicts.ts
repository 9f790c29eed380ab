import type { IsolationGroup, IsolationStep, IsolationVerdict } from "../../generated/graphql.ts";

interface Look {
  label: string;
  color: string;
  /** For the head of a report. */
  sentence: string;
}

/** Words and colour of each verdict. */
export const verdictLooks: Record<IsolationVerdict, Look> = {
  PROVEN: { label: "Proven", color: "teal", sentence: "Every claim was tried, and held." },
  BROKEN: { label: "Broken", color: "red", sentence: "Something is open that must be closed." },
  NOT_ENFORCED: {
    label: "Not enforced",
    color: "orange",
    sentence: "The cluster has no engine for network policies: what they forbid is possible.",
  },
  UNKNOWN: {
    label: "Unknown",
    color: "gray",
    sentence: "Nothing is open as far as could be tried, but not every claim could be.",
  },
};

const worstFirst: IsolationVerdict[] = ["BROKEN", "NOT_ENFORCED", "UNKNOWN", "PROVEN"];

/** The worst first, otherwise in the report's order. */
export const sortByVerdict = <T extends { verdict: IsolationVerdict }>(probes: T[]): T[] =>
  probes.toSorted((a, b) => worstFirst.indexOf(a.verdict) - worstFirst.indexOf(b.verdict));

export const groups: { group: IsolationGroup; title: string }[] = [
  { group: "DATABASE", title: "Database" },
  { group: "NETWORK", title: "Network" },
  { group: "KUBERNETES", title: "Namespace" },
];

/** What is being done, and how far that is. */
export const stepWords: Record<IsolationStep, { label: string; percent: number }> = {
  QUEUED: { label: "Waiting for its turn", percent: 5 },
  CANARY: { label: "Seeing whether the cluster enforces network policies", percent: 25 },
  NETWORK: { label: "Trying to break out of the instance's namespace", percent: 55 },
  DATABASE: { label: "Trying to reach other databases", percent: 85 },
  DONE: { label: "Done", percent: 100 },
};

interface Counts {
  proven: number;
  broken: number;
  notEnforced: number;
  unknown: number;
}

/** `15 of 21 proven, 5 not enforced, 1 unknown`. */
export function describeCounts({ proven, broken, notEnforced, unknown }: Counts): string {
  const total = proven + broken + notEnforced + unknown;
  const rest: [number, string][] = [
    [broken, "broken"],
    [notEnforced, "not enforced"],
    [unknown, "unknown"],
  ];
  const parts = rest.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return [`${proven} of ${total} proven`, ...parts].join(", ");
}

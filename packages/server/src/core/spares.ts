/** How many spares of one kind are kept ready. */
export interface SpareTarget {
  planCode: string;
  /** Absent: the application's first. */
  version?: string;
  /** Absent: the application's first. */
  bundle?: string;
  count: number;
}

const entryPattern = /^([a-z0-9_-]+)(?::([^:=,\s]+)(?::([^:=,\s]+))?)?=(\d{1,3})$/;

/**
 * Reads `<plan>[:<version>[:<bundle>]]=<count>`, separated by commas; `none` is no spares.
 * Throws an Error that names the first entry that cannot be read.
 */
export function parseSpareTargets(text: string): SpareTarget[] {
  if (text.trim() === "none") return [];
  return text.split(",").map((entry) => {
    const [, planCode, version, bundle, count] = entryPattern.exec(entry.trim()) ?? [];
    if (planCode === undefined) {
      throw new Error(
        `“${entry.trim()}” is not <plan>=<count>, <plan>:<version>=<count> or <plan>:<version>:<bundle>=<count>`,
      );
    }
    return { planCode, ...(version && { version }), ...(bundle && { bundle }), count: Number(count) };
  });
}

/** One kind of spare, in full. */
export interface SpareKind {
  planCode: string;
  version: string;
  bundle: string;
}

/** The kinds in full, each once (the last entry of a kind counts), with how many are wanted. */
export function resolveSpareTargets(
  targets: SpareTarget[],
  application: { versions: string[]; bundles: string[] },
): (SpareKind & { count: number })[] {
  const resolved = targets.map(({ planCode, version, bundle, count }) => ({
    planCode,
    version: version ?? application.versions[0] ?? "",
    bundle: bundle ?? application.bundles[0] ?? "",
    count,
  }));
  return [...new Map(resolved.map((target) => [spareKindKey(target), target])).values()];
}

/** Tells two kinds apart. */
export const spareKindKey = ({ planCode, version, bundle }: SpareKind): string =>
  [planCode, version, bundle].join(":");

import { type Fields, formatTime, isEqual, type KubeObject, type ManagedFields } from "../object.ts";
import { StatusError } from "../status-error.ts";
import { describePath, type FieldSet, formatFieldSet, leavesOf, parseFieldSet } from "./field-set.ts";

/** Who writes, and how it is recorded in managedFields. */
export interface Manager {
  name: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  subresource?: string;
}

/** One manager's entry with its set parsed. */
export interface Share {
  entry: Omit<ManagedFields, "fieldsV1">;
  set: FieldSet;
}

const isOf = ({ entry }: Share, manager: Manager) =>
  entry.manager === manager.name &&
  entry.operation === manager.operation &&
  entry.subresource === manager.subresource &&
  entry.apiVersion === manager.apiVersion;

export function readShares(managedFields: ManagedFields[] | undefined): Share[] {
  return (managedFields ?? []).map(({ fieldsV1, ...entry }) => ({
    entry,
    set: parseFieldSet(fieldsV1 ?? {}),
  }));
}

export function writeShares(shares: Share[]): ManagedFields[] {
  return shares
    .filter((share) => share.set.size > 0)
    .map(({ entry, set }) => ({ ...entry, fieldsV1: formatFieldSet(set) }));
}

/** The share of the manager; a new empty one is added when it has none. */
export function takeShare(shares: Share[], manager: Manager): Share {
  const found = shares.find((share) => isOf(share, manager));
  if (found) return found;
  const { name, ...rest } = manager;
  const share: Share = { entry: { manager: name, ...rest, fieldsType: "FieldsV1" }, set: new Set() };
  shares.push(share);
  return share;
}

const isStatusPath = (path: string) => path === "f:status" || path.startsWith("f:status\n");

/** Only the paths that the endpoint writes: the status, or the rest. */
const ofPart = (paths: Iterable<string>, subresource: string | undefined): FieldSet =>
  new Set([...paths].filter((path) => isStatusPath(path) === (subresource === "status")));

/** Paths that differ between two states of an object. */
export function comparePaths(before: Fields, after: Fields): { changed: FieldSet; removed: FieldSet } {
  const old = leavesOf(before);
  const now = leavesOf(after);
  const changed = [...now].filter(([path, value]) => !old.has(path) || !isEqual(old.get(path), value));
  const removed = [...old.keys()].filter((path) => !now.has(path));
  return { changed: new Set(changed.map(([path]) => path)), removed: new Set(removed) };
}

/** Takes changed and removed paths away from everybody but `mine`. */
export function releasePaths(
  shares: Share[],
  mine: Share,
  { changed, removed }: ReturnType<typeof comparePaths>,
): void {
  for (const share of shares) {
    share.set = share.set.difference(removed);
    if (share !== mine) share.set = share.set.difference(changed);
  }
}

/** The managedFields after an ordinary write: the writer owns what it changed. */
export function recordUpdate(
  before: Fields,
  after: KubeObject,
  by: { manager: Manager; now: number },
): ManagedFields[] {
  const paths = comparePaths(before, after);
  const shares = readShares(after.metadata.managedFields);
  const mine = takeShare(shares, by.manager);
  const owned = mine.set;
  // What the server itself put into the other part (an initial status) is nobody's.
  if (by.manager.subresource !== "binding") paths.changed = ofPart(paths.changed, by.manager.subresource);
  releasePaths(shares, mine, paths);
  mine.set = mine.set.union(paths.changed);
  if (owned.symmetricDifference(mine.set).size > 0) mine.entry.time = formatTime(by.now);
  return writeShares(shares);
}

/** The places an applied configuration claims: those of its own part (status or the rest) only. */
export const claimedPaths = (config: Fields, subresource: string | undefined): FieldSet =>
  ofPart(leavesOf(config).keys(), subresource);

function describeManager({ entry }: Share): string {
  const subresource = entry.subresource ? ` with subresource "${entry.subresource}"` : "";
  const time = entry.time ? ` at ${entry.time}` : "";
  const version = entry.operation === "Update" ? ` using ${entry.apiVersion}${time}` : "";
  return `"${entry.manager}"${subresource}${version}`;
}

/** The 409 of an apply that would change others' fields; undefined when it would not. */
export function findConflict(shares: Share[], mine: Share, changed: FieldSet): StatusError | undefined {
  const causes = shares
    .filter((share) => share !== mine)
    .flatMap((share) =>
      [...share.set.intersection(changed)].sort().map((path) => ({
        reason: "FieldManagerConflict",
        message: `conflict with ${describeManager(share)}`,
        field: describePath(path),
      })),
    );
  if (causes.length === 0) return undefined;
  const fields = causes.map((cause) => `${cause.message}: ${cause.field}`);
  const text = causes.length === 1 ? `conflict: ${fields[0]}` : `conflicts: ${fields.join("\n")}`;
  return new StatusError(409, "Conflict", {
    message: `Apply failed with ${causes.length} ${text}`,
    details: { causes },
  });
}

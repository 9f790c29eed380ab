import { type Fields, formatTime, isFields, type KubeObject } from "../object.ts";
import { deletePath, type FieldSet, withAncestors } from "./field-set.ts";
import { isAtomicMap, keyText, listShape } from "./list-shape.ts";
import {
  claimedPaths,
  comparePaths,
  findConflict,
  type Manager,
  readShares,
  releasePaths,
  type Share,
  takeShare,
  writeShares,
} from "./managed-fields.ts";

/** Merges two keyed lists: the order of the applied one wins, live items keep their places between. */
function mergeKeyed(
  live: unknown[],
  applied: unknown[],
  at: { keys: readonly string[]; names: readonly string[] },
): unknown[] {
  const text = (item: unknown) => keyText(item, at.keys);
  const liveByKey = new Map(live.map((item) => [text(item), item]));
  const appliedKeys = new Set(applied.map(text));
  const merged: unknown[] = [];
  let next = 0;
  for (const item of applied) {
    const current = liveByKey.get(text(item));
    const place = current === undefined ? -1 : live.indexOf(current);
    for (; next < place; next += 1) if (!appliedKeys.has(text(live[next]))) merged.push(live[next]);
    merged.push(current === undefined ? item : mergeValue(current, item, at.names));
  }
  return [...merged, ...live.slice(next).filter((item) => !appliedKeys.has(text(item)))];
}

function mergeValue(live: unknown, applied: unknown, names: readonly string[]): unknown {
  if (Array.isArray(applied)) {
    const shape = listShape(names);
    if (shape.type === "atomic" || !Array.isArray(live)) return applied;
    if (shape.type === "set") return [...new Set([...live, ...applied])];
    return mergeKeyed(live, applied, { keys: shape.keys, names });
  }
  if (!isFields(applied) || !isFields(live) || isAtomicMap(names)) return applied;
  const merged: Fields = { ...live };
  for (const [name, value] of Object.entries(applied))
    merged[name] = mergeValue(live[name], value, [...names, name]);
  return merged;
}

/** Nulls in an applied configuration say nothing. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutNulls(inner)]));
}

/** What the manager had applied before, has not now, and nobody else owns, goes; so do containers left without an owner. */
function removeGivenUp(merged: Fields, before: FieldSet, shares: Share[]): void {
  const owned = withAncestors(new Set(shares.flatMap((share) => [...share.set])));
  const givenUp = withAncestors(before).difference(owned);
  givenUp.delete("f:metadata");
  for (const path of [...givenUp].sort((a, b) => a.length - b.length)) deletePath(merged, path, owned);
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What kubectl applied on the client's side before: it may take that over without a conflict. */
function lastAppliedPaths({ metadata }: KubeObject): FieldSet {
  const text = metadata.annotations?.[LAST_APPLIED];
  return text ? claimedPaths(JSON.parse(text) as Fields, undefined) : new Set();
}

export interface Applied {
  manager: Manager;
  isForced: boolean;
  now: number;
}

/** Server-side apply of a configuration to the live object (absent: creation); throws 409 for others' fields unless forced. */
export function applyConfiguration(
  live: KubeObject | undefined,
  config: KubeObject,
  by: Applied,
): KubeObject {
  const { managedFields: _, ...metadata } = config.metadata;
  const wanted = withoutNulls({ ...config, metadata }) as KubeObject;
  if (by.manager.subresource !== "status") delete wanted.status;
  const base: KubeObject = live ?? {
    apiVersion: config.apiVersion,
    kind: config.kind,
    metadata: { name: metadata.name },
  };
  const merged = structuredClone(mergeValue(base, wanted, [])) as KubeObject;
  const shares = readShares(base.metadata.managedFields);
  const mine = takeShare(shares, by.manager);
  const before = mine.set;
  mine.set = claimedPaths(wanted, by.manager.subresource);
  removeGivenUp(merged, before, shares);
  const paths = comparePaths(base, merged);
  const contested =
    by.manager.name === "kubectl" ? paths.changed.difference(lastAppliedPaths(base)) : paths.changed;
  const refusal = by.isForced ? undefined : findConflict(shares, mine, contested);
  if (refusal) throw refusal;
  const claimed = mine.set;
  releasePaths(shares, mine, paths);
  mine.set = claimed;
  if (!mine.entry.time || before.symmetricDifference(claimed).size > 0 || paths.changed.size > 0)
    mine.entry.time = formatTime(by.now);
  merged.metadata.managedFields = writeShares(shares);
  return merged;
}

/// <reference lib="es2025.collection" />
import { type Fields, isFields } from "../object.ts";
import { isAtomicMap, keyOf, listShape } from "./list-shape.ts";

/** Paths owned by a manager; a path is its FieldsV1 segments (`f:spec`, `k:{"name":"x"}`, `v:"x"`) joined by a newline. */
export type FieldSet = Set<string>;

interface Position {
  path: string;
  names: readonly string[];
}

type Visit = (path: string, value: unknown) => void;

/** The mark of a list item itself beside its fields: it says who put the item there. */
const ITEM = {};

const into = (at: Position, segment: string, name?: string): Position => ({
  path: at.path ? `${at.path}\n${segment}` : segment,
  names: name === undefined ? at.names : [...at.names, name],
});

function visitItem(item: Fields, at: Position, visit: Visit): void {
  visit(at.path, ITEM);
  for (const [name, value] of Object.entries(item)) visitValue(value, into(at, `f:${name}`, name), visit);
}

function visitList(list: unknown[], at: Position, visit: Visit): void {
  const shape = listShape(at.names);
  if (shape.type === "atomic") visit(at.path, list);
  if (shape.type === "set") for (const item of list) visit(into(at, `v:${JSON.stringify(item)}`).path, item);
  if (shape.type !== "keyed") return;
  for (const item of list) {
    const key = isFields(item) ? keyOf(item, shape.keys) : undefined;
    if (key) visitItem(item as Fields, into(at, `k:${JSON.stringify(key)}`), visit);
  }
}

function visitValue(value: unknown, at: Position, visit: Visit): void {
  const isLeaf = !isFields(value) || isAtomicMap(at.names) || Object.keys(value).length === 0;
  if (Array.isArray(value)) visitList(value, at, visit);
  else if (isLeaf) visit(at.path, value);
  else
    for (const [name, inner] of Object.entries(value)) visitValue(inner, into(at, `f:${name}`, name), visit);
}

const UNOWNED_METADATA = new Set([
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "resourceVersion",
  "generation",
  "managedFields",
  "selfLink",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
]);

/** Every owned place of an object with its value: leaves, atomic lists and maps, and list items. */
export function leavesOf(object: Fields): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  const visit: Visit = (path, value) => {
    if (value !== undefined) leaves.set(path, value);
  };
  const { apiVersion: _, kind: __, metadata, ...contents } = object;
  const owned = Object.entries(isFields(metadata) ? metadata : {}).filter(
    ([name]) => !UNOWNED_METADATA.has(name),
  );
  for (const [name, value] of owned)
    visitValue(value, { path: `f:metadata\nf:${name}`, names: ["metadata", name] }, visit);
  for (const [name, value] of Object.entries(contents))
    visitValue(value, { path: `f:${name}`, names: [name] }, visit);
  return leaves;
}

function collectPaths(node: Fields, path: string, set: FieldSet): void {
  const { ".": item, ...inner } = node;
  const entries = Object.entries(inner);
  if (path && (item !== undefined || entries.length === 0)) set.add(path);
  const prefix = path && `${path}\n`;
  for (const [segment, below] of entries) collectPaths(below as Fields, prefix + segment, set);
}

/** Parses the FieldsV1 form of managedFields. */
export function parseFieldSet(tree: Fields): FieldSet {
  const set: FieldSet = new Set();
  collectPaths(tree, "", set);
  return set;
}

/** The FieldsV1 form of a set. */
export function formatFieldSet(set: FieldSet): Fields {
  const root: Fields = {};
  for (const path of [...set].sort()) {
    let node = root;
    for (const segment of path.split("\n")) {
      node[segment] ??= {};
      node = node[segment] as Fields;
    }
    node["."] = {};
  }
  const prune = (node: Fields): Fields => {
    const keys = Object.keys(node);
    if (keys.length === 1 && keys[0] === ".") return {};
    return Object.fromEntries(keys.map((key) => [key, key === "." ? {} : prune(node[key] as Fields)]));
  };
  return prune(root);
}

/** The set with every path that leads to a member. */
export function withAncestors(set: FieldSet): FieldSet {
  const full: FieldSet = new Set();
  for (const path of set) {
    for (let end = path.indexOf("\n"); end !== -1; end = path.indexOf("\n", end + 1))
      full.add(path.slice(0, end));
    full.add(path);
  }
  return full;
}

/** A path as people read it: `.spec.containers[name="x"].image`. */
export function describePath(path: string): string {
  return path
    .split("\n")
    .map((segment) => {
      const rest = segment.slice(2);
      if (segment.startsWith("f:")) return `.${rest}`;
      if (segment.startsWith("v:")) return `[=${rest}]`;
      const key = Object.entries(JSON.parse(rest) as Fields);
      return `[${key.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}]`;
    })
    .join("");
}

const isEmptied = (value: unknown) =>
  Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;

/** Deletes what is at the path, and containers that become empty by it unless they are in `keep`. */
export function deletePath(root: Fields, path: string, keep: FieldSet): void {
  const [segment = "", ...rest] = path.split("\n");
  deleteStep(root, { segment, rest, path: segment }, keep);
}

interface Step {
  segment: string;
  rest: string[];
  path: string;
}

function deleteStep(node: unknown, { segment, rest, path }: Step, keep: FieldSet): void {
  const [next, ...more] = rest;
  const follow = (inner: unknown) => {
    if (next !== undefined) deleteStep(inner, { segment: next, rest: more, path: `${path}\n${next}` }, keep);
  };
  if (Array.isArray(node)) {
    const index = node.findIndex((item) => matchesSegment(item, segment));
    follow(node[index]);
    if (index >= 0 && next === undefined) node.splice(index, 1);
    return;
  }
  const name = segment.slice(2);
  if (!isFields(node) || !(name in node)) return;
  follow(node[name]);
  if (next === undefined || (isEmptied(node[name]) && !keep.has(path))) delete node[name];
}

function matchesSegment(item: unknown, segment: string): boolean {
  const rest = segment.slice(2);
  if (segment.startsWith("v:")) return JSON.stringify(item) === rest;
  const key = JSON.parse(rest) as Fields;
  return isFields(item) && JSON.stringify(keyOf(item, Object.keys(key))) === rest;
}

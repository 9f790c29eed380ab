import { type Fields, isEqual, isFields } from "../object.ts";
import { badRequest, StatusError } from "../status-error.ts";

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

const refuse = (message: string) =>
  new StatusError(422, "Invalid", {
    message: `the server rejected our request due to an error in our request: ${message}`,
  });

const parsePointer = (pointer: string) =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

function readAt(document: unknown, pointer: string): unknown {
  return parsePointer(pointer).reduce((node: unknown, part) => {
    const value = Array.isArray(node) ? node[Number(part)] : isFields(node) ? node[part] : undefined;
    if (value === undefined) throw refuse(`path ${pointer} does not exist`);
    return value;
  }, document);
}

function parentOf(document: Fields, pointer: string): { parent: Fields | unknown[]; last: string } {
  const parts = parsePointer(pointer);
  const last = parts.pop();
  if (last === undefined) throw refuse("the whole document cannot be replaced");
  const parent = parts.length ? readAt(document, `/${pointer.split("/").slice(1, -1).join("/")}`) : document;
  if (!isFields(parent) && !Array.isArray(parent)) throw refuse(`path ${pointer} does not exist`);
  return { parent, last };
}

function add(document: Fields, pointer: string, value: unknown): void {
  const { parent, last } = parentOf(document, pointer);
  if (!Array.isArray(parent)) {
    parent[last] = value;
    return;
  }
  const index = last === "-" ? parent.length : Number(last);
  if (!(index >= 0 && index <= parent.length)) throw refuse(`index ${last} is out of bounds`);
  parent.splice(index, 0, value);
}

function remove(document: Fields, pointer: string): unknown {
  const value = readAt(document, pointer);
  const { parent, last } = parentOf(document, pointer);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return value;
}

function replace(document: Fields, pointer: string, value: unknown): void {
  const { parent, last } = parentOf(document, pointer);
  readAt(document, pointer);
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else parent[last] = value;
}

const OPERATIONS: Record<string, (document: Fields, operation: Operation) => void> = {
  add: (document, { path, value }) => add(document, path, value),
  remove: (document, { path }) => void remove(document, path),
  replace: (document, { path, value }) => replace(document, path, value),
  move: (document, { path, from = "" }) => add(document, path, remove(document, from)),
  copy: (document, { path, from = "" }) => add(document, path, structuredClone(readAt(document, from))),
  test: (document, { path, value }) => {
    if (!isEqual(readAt(document, path), value)) throw refuse(`testing path ${path} value failed`);
  },
};

/** RFC 6902; throws 422 for what cannot be done. The document is left as it was. */
export function applyJsonPatch(document: Fields, patch: unknown): Fields {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch is a list of operations");
  const result = structuredClone(document);
  for (const operation of patch as Operation[]) {
    const run = OPERATIONS[operation.op];
    if (!run) throw badRequest(`unknown operation ${operation.op}`);
    run(result, operation);
  }
  return result;
}

/** RFC 7396. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(document) ? { ...document } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = applyMergePatch(result[name], value);
  }
  return result;
}

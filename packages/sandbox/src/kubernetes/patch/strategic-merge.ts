import { type Fields, isFields, listIn } from "../object.ts";
import { keyText, strategicListShape } from "./list-shape.ts";

const SET_ORDER = "$setElementOrder/";
const DELETE_VALUES = "$deleteFromPrimitiveList/";

function orderItems(list: unknown[], order: unknown[], keys: readonly string[]): unknown[] {
  const places = new Map(order.map((item, index) => [keyText(item, keys), index]));
  // Items the patch does not name keep their place behind the one they followed.
  let last = -1;
  const ranked = list.map((item) => {
    last = places.get(keyText(item, keys)) ?? last + 0.5;
    return { item, rank: last };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

function mergeList(
  live: unknown[],
  patch: unknown[],
  at: { keys: readonly string[]; names: readonly string[] },
): unknown[] {
  const items = listIn(patch);
  if (items.some((item) => item.$patch === "replace"))
    return items.filter((item) => item.$patch !== "replace");
  const result = [...live];
  for (const item of items) {
    const index = result.findIndex((candidate) => keyText(candidate, at.keys) === keyText(item, at.keys));
    if (item.$patch === "delete") {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(mergeValue({}, item, at.names));
    else result[index] = mergeValue(result[index], item, at.names);
  }
  return result;
}

function mergeField(live: unknown, patch: unknown, names: readonly string[]): unknown {
  if (!Array.isArray(patch)) return mergeValue(live, patch, names);
  const shape = strategicListShape(names);
  if (shape.type === "atomic") return patch;
  const current = Array.isArray(live) ? live : [];
  if (shape.type === "set") return [...new Set([...current, ...patch])];
  return mergeList(current, patch, { keys: shape.keys, names });
}

function applyDirective(
  result: Fields,
  directive: { name: string; values: unknown[] },
  names: readonly string[],
): void {
  const { name, values } = directive;
  const field = name.slice(name.indexOf("/") + 1);
  const current = result[field];
  if (name === "$retainKeys") {
    for (const key of Object.keys(result)) if (!values.includes(key)) delete result[key];
  }
  if (!Array.isArray(current)) return;
  if (name.startsWith(DELETE_VALUES)) result[field] = current.filter((item) => !values.includes(item));
  if (!name.startsWith(SET_ORDER)) return;
  const shape = strategicListShape([...names, field]);
  result[field] = orderItems(current, values, shape.type === "keyed" ? shape.keys : []);
}

function applyDirectives(result: Fields, patch: Fields, names: readonly string[]): void {
  for (const [name, values] of Object.entries(patch)) {
    if (name.startsWith("$") && Array.isArray(values)) applyDirective(result, { name, values }, names);
  }
}

function mergeValue(live: unknown, patch: unknown, names: readonly string[]): unknown {
  if (!isFields(patch)) return patch;
  if (patch.$patch === "delete") return undefined;
  const isReplaced = patch.$patch === "replace";
  const result: Fields = isFields(live) && !isReplaced ? { ...live } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith("$")) continue;
    if (value === null) delete result[name];
    else result[name] = mergeField(result[name], value, [...names, name]);
  }
  applyDirectives(result, patch, names);
  return result;
}

/** Kubernetes' strategic merge patch, with its `$patch`, `$retainKeys`, `$setElementOrder` and deletion directives. */
export function applyStrategicMerge(document: Fields, patch: unknown): Fields {
  return mergeValue(document, patch, []) as Fields;
}

import type { Resource } from "./kinds.ts";
import { type KubeObject, valueAt } from "./object.ts";
import { badRequest } from "./status-error.ts";

export type Predicate = (object: KubeObject) => boolean;
type LabelTest = (labels: Record<string, string>) => boolean;

const SET_TERM = /^([^\s!=,()]+)\s+(in|notin)\s*\(([^)]*)\)$/;
const EQUALITY_TERM = /^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)$/;
const EXISTS_TERM = /^(!?)\s*([^\s!=,()]+)$/;

function parseLabelTerm(term: string): LabelTest {
  const inSet = SET_TERM.exec(term);
  if (inSet) {
    const [, key, operator, list] = inSet as unknown as [string, string, string, string];
    const values = new Set(list.split(",").map((value) => value.trim()));
    return (labels) => (key in labels && values.has(labels[key]!)) === (operator === "in");
  }
  const equality = EQUALITY_TERM.exec(term);
  if (equality) {
    const [, key, operator, value] = equality as unknown as [string, string, string, string];
    return (labels) => (labels[key] === value) === (operator !== "!=");
  }
  const exists = EXISTS_TERM.exec(term);
  if (!exists) throw badRequest(`unable to parse requirement: found '${term}', expected: identifier`);
  return (labels) => exists[2]! in labels === (exists[1] !== "!");
}

/** Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k`; throws 400 for what it cannot read. */
export function parseLabelSelector(text: string): Predicate {
  const terms = text.match(/(?:\([^)]*\)|[^,(])+/g) ?? [];
  const tests = terms.map((term) => parseLabelTerm(term.trim()));
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

/** Parses `metadata.name=a,spec.nodeName!=b` with the fields the kind offers; throws 400 for others. */
export function parseFieldSelector(resource: Resource, text: string): Predicate {
  const tests = text
    .split(",")
    .filter(Boolean)
    .map((term) => {
      const found = /^([^!=]+)(==|=|!=)(.*)$/.exec(term);
      if (!found) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
      const [, path, operator, value] = found as unknown as [string, string, string, string];
      if (!resource.selectableFields.includes(path)) throw badRequest(`field label not supported: ${path}`);
      const at = path === "source" ? "source.component" : path;
      return (object: KubeObject) => (String(valueAt(object, at) ?? "") === value) === (operator !== "!=");
    });
  return (object) => tests.every((test) => test(object));
}

/** The predicate of a request's `labelSelector` and `fieldSelector`; undefined when it has neither. */
export function findPredicate(resource: Resource, query: URLSearchParams): Predicate | undefined {
  const labels = query.get("labelSelector");
  const fields = query.get("fieldSelector");
  const byLabel = labels ? parseLabelSelector(labels) : undefined;
  const byField = fields ? parseFieldSelector(resource, fields) : undefined;
  if (!byLabel || !byField) return byLabel ?? byField;
  return (object) => byLabel(object) && byField(object);
}

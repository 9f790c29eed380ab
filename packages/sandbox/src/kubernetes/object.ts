import type { ObjectMeta, OwnerReference } from "../client/kube-meta.ts";

export type { OwnerReference };

/** Any JSON object. */
export type Fields = Record<string, unknown>;

/** One manager's share of an object, as in `metadata.managedFields`. */
export interface ManagedFields {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  time?: string;
  fieldsType: "FieldsV1";
  fieldsV1: Fields;
  subresource?: string;
}

export interface Metadata extends ObjectMeta {
  managedFields?: ManagedFields[];
}

/** Any Kubernetes object. Stored ones are shared: clone before changing. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: unknown;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value when it is an object, else an empty one. */
export const fieldsIn = (value: unknown): Fields => (isFields(value) ? value : {});

/** The objects of a list; empty when it is none. */
export const listIn = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

/** The object in a field, made when it is absent. */
export function ensureFields(parent: Fields, name: string): Fields {
  parent[name] ??= {};
  return fieldsIn(parent[name]);
}

export const textIn = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The value at a dotted path of field names. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce((at: unknown, name) => (isFields(at) ? at[name] : undefined), value);
}

/** Deep equality of JSON; an undefined field equals an absent one. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isFields(a) || !isFields(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => isEqual(a[key], b[key]));
}

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export const formatTime = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`;

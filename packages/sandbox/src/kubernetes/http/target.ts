import { findResource, type Resource } from "../kinds.ts";

/** What a request's path names: a kind, maybe in a namespace, maybe one object, maybe a part of it. */
export interface Target {
  resource: Resource;
  namespace?: string;
  name?: string;
  subresource?: string;
}

const PATH = /^\/(?:api|apis\/([^/]+))\/([^/]+)\/(.+?)\/?$/;

function splitPath(path: string): { apiVersion: string; rest: string[] } | undefined {
  const found = PATH.exec(path);
  if (!found) return undefined;
  const [, group, version, rest] = found;
  if (path.startsWith("/apis/") !== Boolean(group)) return undefined;
  return {
    apiVersion: group ? `${group}/${version}` : version!,
    rest: rest!.split("/").map(decodeURIComponent),
  };
}

const NAMESPACE_PARTS = new Set(["status", "finalize"]);

/** Whether the path goes on inside a namespace, instead of being about the namespace itself. */
function isInsideNamespace([first, , third, ...more]: string[]): boolean {
  return first === "namespaces" && third !== undefined && (more.length > 0 || !NAMESPACE_PARTS.has(third));
}

/** The target of `/api/v1/…` or `/apis/<group>/<version>/…`; undefined when the path names no kind that is served. */
export function findTarget(path: string): Target | undefined {
  const parts = splitPath(path);
  if (!parts) return undefined;
  const { apiVersion, rest } = parts;
  const isInside = isInsideNamespace(rest);
  const [plural = "", name, subresource, ...more] = isInside ? rest.slice(2) : rest;
  const resource = findResource(apiVersion, plural);
  if (!resource || more.length) return undefined;
  // Namespaced kinds are listed over all namespaces without one.
  const isListOverAll = !isInside && name === undefined;
  if (resource.isNamespaced !== isInside && !isListOverAll) return undefined;
  const target: Target = { resource };
  if (isInside) target.namespace = rest[1]!;
  if (name !== undefined) target.name = name;
  if (subresource !== undefined) target.subresource = subresource;
  return target;
}

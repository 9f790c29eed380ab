import { toEventView } from "../event-view.ts";
import type { Entry } from "../object-store.ts";
import { buildTable } from "../print/table.ts";
import type { Registry } from "../registry.ts";
import { findPredicate, type Predicate, parseFieldSelector } from "../selectors.ts";
import { badRequest, expired, StatusError } from "../status-error.ts";
import { type Exchange, sendJson } from "./exchange.ts";
import type { Target } from "./target.ts";
import { serveWatch, type WatchContext } from "./watch-stream.ts";

const isView = (target: Target) => target.resource.apiVersion === "events.k8s.io/v1";

/** The JSON of an object as this target's version of the kind. */
export const jsonFor = (target: Target, { object, json }: Entry): string =>
  isView(target) ? JSON.stringify(toEventView(object)) : json;

interface Page {
  entries: Entry[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

interface Cursor {
  version: number;
  after: string;
}

function readCursor(text: string, registry: Registry): Cursor {
  let cursor: Cursor;
  try {
    cursor = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as Cursor;
  } catch {
    throw badRequest("continue key is not valid");
  }
  if (registry.store.isCompacted(cursor.version))
    throw expired("The provided continue parameter is too old to display a consistent list result.");
  return cursor;
}

// Sorts as the store does: no character of a name is below the separator.
const keyOf = ({ object }: Entry) => `${object.metadata.namespace ?? ""}\0${object.metadata.name}`;

/** What a list's resourceVersion asks for can be had: anything not newer than now, exactly only the present. */
function refuseOtherVersions(query: URLSearchParams, now: number): void {
  const text = query.get("resourceVersion") || "0";
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version: ${text}`);
  const version = Number(text);
  if (version > now) {
    const message = `Timeout: Too large resource version: ${version}, current: ${now}`;
    throw new StatusError(504, "Timeout", { message });
  }
  if (query.get("resourceVersionMatch") === "Exact" && version !== now)
    throw expired("The resourceVersion for the provided list is too old.");
}

function pageOf(entries: Entry[], query: URLSearchParams, registry: Registry): Page {
  const limit = Number(query.get("limit") ?? 0);
  const text = query.get("continue");
  const cursor = text ? readCursor(text, registry) : undefined;
  const rest = cursor ? entries.filter((entry) => keyOf(entry) > cursor.after) : entries;
  const version = cursor?.version ?? registry.store.version;
  const metadata = { resourceVersion: String(version) };
  if (!(limit > 0) || rest.length <= limit) return { entries: rest, metadata };
  const page = rest.slice(0, limit);
  const next: Cursor = { version, after: keyOf(page.at(-1)!) };
  const token = Buffer.from(JSON.stringify(next)).toString("base64url");
  return {
    entries: page,
    metadata: { ...metadata, continue: token, remainingItemCount: rest.length - limit },
  };
}

/** The entries a collection request means, by namespace and selectors. */
export function selectEntries(registry: Registry, target: Target, query: URLSearchParams): Entry[] {
  const predicate = findPredicate(target.resource, query);
  const entries = registry.store.list(target.resource.storage, target.namespace);
  if (!predicate) return entries;
  return entries.filter(({ object }) => predicate(isView(target) ? toEventView(object) : object));
}

function listJson(target: Target, { entries, metadata }: Page): string {
  const { kind, apiVersion } = target.resource;
  const head = JSON.stringify({ kind: `${kind}List`, apiVersion, metadata });
  return `${head.slice(0, -1)},"items":[${entries.map((entry) => jsonFor(target, entry)).join(",")}]}`;
}

function tableOf(
  exchange: Exchange,
  target: Target,
  read: { entries: Entry[]; metadata?: object; nowMs: number },
) {
  const { entries, ...options } = read;
  const objects = entries.map((entry) => entry.object);
  return buildTable(target.resource, objects, {
    includeObject: exchange.query.get("includeObject"),
    ...options,
  });
}

function serveList(exchange: Exchange, target: Target, registry: Registry): void {
  const { response, query, isTable } = exchange;
  refuseOtherVersions(query, registry.store.version);
  const page = pageOf(selectEntries(registry, target, query), query, registry);
  const body = isTable
    ? tableOf(exchange, target, { ...page, nowMs: registry.now() })
    : listJson(target, page);
  sendJson(response, 200, body);
}

function serveObject(exchange: Exchange, target: Target & { name: string }, registry: Registry): void {
  const entry = registry.get(target.resource, target);
  const isTable = exchange.isTable;
  const body = isTable
    ? tableOf(exchange, target, { entries: [entry], nowMs: registry.now() })
    : jsonFor(target, entry);
  sendJson(exchange.response, 200, body);
}

function watchPredicate(target: Target, query: URLSearchParams): Predicate | undefined {
  if (target.name !== undefined) return parseFieldSelector(target.resource, `metadata.name=${target.name}`);
  const predicate = findPredicate(target.resource, query);
  return predicate && isView(target) ? (object) => predicate(toEventView(object)) : predicate;
}

/** GET of an object or a collection, or a watch of it. */
export function serveRead(
  exchange: Exchange,
  target: Target,
  deps: { registry: Registry; watch: WatchContext },
): void {
  const { query, response, isTable } = exchange;
  const { name } = target;
  if (["true", "1"].includes(query.get("watch") ?? "")) {
    serveWatch({ target, query, predicate: watchPredicate(target, query), isTable }, deps.watch, response);
  } else if (name === undefined) serveList(exchange, target, deps.registry);
  else serveObject(exchange, { ...target, name }, deps.registry);
}

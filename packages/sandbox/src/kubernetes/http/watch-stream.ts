import type { ServerResponse } from "node:http";
import { toEventView } from "../event-view.ts";
import type { KubeObject } from "../object.ts";
import type { Change, ObjectStore } from "../object-store.ts";
import { buildTable } from "../print/table.ts";
import type { Predicate } from "../selectors.ts";
import { badRequest, expired } from "../status-error.ts";
import type { Target } from "./target.ts";

/** A reader this far behind is cut off instead of filling the memory. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
const MINIMUM_TIMEOUT_MS = 1_800_000;

export interface WatchRequest {
  target: Target;
  query: URLSearchParams;
  predicate: Predicate | undefined;
  isTable: boolean;
}

export interface WatchContext {
  store: ObjectStore;
  now: () => number;
  bookmarkIntervalMs: number;
}

type EventType = "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";

const line = (type: EventType, json: string) => `{"type":"${type}","object":${json}}\n`;

/** One watch: what the kind's changes mean to its selector, written as lines. */
class WatchStream {
  readonly #request: WatchRequest;
  readonly #context: WatchContext;
  readonly #response: ServerResponse;

  constructor(request: WatchRequest, context: WatchContext, response: ServerResponse) {
    this.#request = request;
    this.#context = context;
    this.#response = response;
  }

  start(): void {
    const { target, query } = this.#request;
    const { store } = this.#context;
    const version = query.get("resourceVersion") ?? "";
    if (!/^\d*$/.test(version)) throw badRequest(`Invalid resource version "${version}"`);
    this.#response.writeHead(200, {
      "content-type": "application/json",
      "cache-control": "no-cache, private",
    });
    this.#response.flushHeaders();
    const wantsState = version === "" || version === "0" || query.get("sendInitialEvents") === "true";
    if (wantsState && query.get("sendInitialEvents") !== "false") this.#sendState();
    else if (!this.#replay(Number(version || store.version))) return;
    const unsubscribe = store.subscribe(target.resource.storage, (change) => this.#send(change));
    const hasBookmarks =
      query.get("allowWatchBookmarks") === "true" || query.get("allowWatchBookmarks") === "1";
    const bookmarks = hasBookmarks
      ? setInterval(() => this.#sendBookmark(), this.#context.bookmarkIntervalMs)
      : undefined;
    const end = setTimeout(() => {
      unsubscribe();
      this.#response.end();
    }, this.#timeoutMs());
    this.#response.on("close", () => {
      unsubscribe();
      clearInterval(bookmarks);
      clearTimeout(end);
    });
  }

  #timeoutMs(): number {
    const seconds = Number(this.#request.query.get("timeoutSeconds") ?? 0);
    return seconds > 0 ? Math.min(seconds * 1000, 2 ** 31 - 1) : MINIMUM_TIMEOUT_MS * (1 + Math.random());
  }

  #isMine(object: KubeObject): boolean {
    const { target, predicate } = this.#request;
    return (
      (target.namespace === undefined || object.metadata.namespace === target.namespace) &&
      (predicate?.(object) ?? true)
    );
  }

  #sendState(): void {
    const { target, query } = this.#request;
    for (const { object } of this.#context.store.list(target.resource.storage, target.namespace)) {
      if (this.#isMine(object)) this.#write(line("ADDED", this.#encode(object)));
    }
    if (query.get("sendInitialEvents") === "true")
      this.#sendBookmark({ "k8s.io/initial-events-end": "true" });
  }

  /** The changes since the version; false (and 410 in the stream) when they are no longer known. */
  #replay(version: number): boolean {
    const changes = this.#context.store.changesSince(this.#request.target.resource.storage, version);
    for (const change of changes ?? []) this.#send(change);
    if (changes) return true;
    const status = expired(
      `too old resource version: ${version} (${this.#context.store.version})`,
    ).toStatus();
    this.#write(line("ERROR", JSON.stringify(status)));
    this.#response.end();
    return false;
  }

  #send(change: Change): void {
    const isNow = !change.isDeleted && this.#isMine(change.object);
    const wasBefore = change.previous !== undefined && this.#isMine(change.previous);
    if (!isNow && !wasBefore) return;
    const type = isNow ? (wasBefore ? "MODIFIED" : "ADDED") : "DELETED";
    this.#write(this.#request.isTable ? line(type, this.#encode(change.object)) : this.#lineOf(change, type));
  }

  /** The line of a change, made once for all watchers. */
  #lineOf(change: Change, type: EventType): string {
    const key = `${this.#request.target.resource.apiVersion} ${type}`;
    const known = change.lines.get(key);
    if (known !== undefined) return known;
    const text = line(type, this.#encodeChange(change, type !== "DELETED"));
    change.lines.set(key, text);
    return text;
  }

  /** What leaves a selector is shown as it was, under the version of the change. */
  #encodeChange({ object, previous, json, isDeleted }: Change, isNow: boolean): string {
    const isView = this.#request.target.resource.apiVersion === "events.k8s.io/v1";
    if ((isNow || isDeleted) && !isView) return json;
    const shown =
      isNow || isDeleted
        ? object
        : {
            ...previous!,
            metadata: { ...previous!.metadata, resourceVersion: object.metadata.resourceVersion! },
          };
    return this.#encode(shown);
  }

  #encode(object: KubeObject): string {
    const { target, isTable, query } = this.#request;
    if (isTable) {
      const options = { includeObject: query.get("includeObject"), nowMs: this.#context.now() };
      return JSON.stringify(buildTable(target.resource, [object], options));
    }
    return JSON.stringify(target.resource.apiVersion === "events.k8s.io/v1" ? toEventView(object) : object);
  }

  #sendBookmark(annotations?: Record<string, string>): void {
    const { kind, apiVersion } = this.#request.target.resource;
    const metadata = {
      resourceVersion: String(this.#context.store.version),
      creationTimestamp: null,
      ...(annotations && { annotations }),
    };
    this.#write(line("BOOKMARK", JSON.stringify({ kind, apiVersion, metadata })));
  }

  #write(text: string): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    this.#response.write(text);
    if (this.#response.writableLength > MAX_BUFFERED_BYTES) this.#response.destroy();
  }
}

/** Serves a watch until its timeout or the client's leaving; a version too old is answered by 410 in the stream. */
export function serveWatch(request: WatchRequest, context: WatchContext, response: ServerResponse): void {
  new WatchStream(request, context, response).start();
}

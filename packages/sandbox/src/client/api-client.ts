import { Agent, request as httpRequest } from "undici";
import { ApiError, parseApiError } from "./api-error.ts";
import { readJsonLines } from "./json-lines.ts";
import type { KubeObject } from "./kube-types.ts";

/** One line of a watch; `object` is a Status for ERROR, and carries only metadata for BOOKMARK. */
export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: KubeObject & { code?: number; reason?: string; message?: string };
}

export interface RequestOptions {
  /** Default: application/json, for PATCH application/merge-patch+json. */
  contentType?: string;
  signal?: AbortSignal;
}

/** Everything the sandbox's parts need of a Kubernetes API server. */
export interface ApiClient {
  /** Calls a path like `/api/v1/namespaces/x/pods/y/status`; a text answer is returned as a string. Throws ApiError. */
  request<T>(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<T>;
  /** Follows a watch path (its query complete); resolves when the stream ends, throws ApiError when it fails. */
  watch(path: string, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void>;
  dispose(): Promise<void>;
}

export interface ApiClientOptions {
  /** Base address, e.g. https://127.0.0.1:16443 */
  server: string;
  caPem?: string;
  token?: string;
  /** Client certificate, instead of or besides a token. */
  certPem?: string;
  keyPem?: string;
  tlsServerName?: string;
  /** Its first word is the field manager of plain updates. */
  userAgent?: string;
}

const requestTimeoutMs = 30_000;

const asApiError = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error;
  const failure = new ApiError(0, "ConnectionFailed", error instanceof Error ? error.message : String(error));
  failure.cause = error;
  return failure;
};

const parseAnswer = <T>(contentType: string, text: string): T =>
  (contentType.includes("json") && text !== "" ? JSON.parse(text) : text) as T;

const makeAgent = (options: ApiClientOptions): Agent =>
  new Agent({
    keepAliveTimeout: 30_000,
    // A watch is silent between bookmarks; its informer has a watchdog of its own.
    bodyTimeout: 0,
    connect: {
      ...(options.caPem ? { ca: options.caPem } : {}),
      ...(options.certPem && options.keyPem ? { cert: options.certPem, key: options.keyPem } : {}),
      ...(options.tlsServerName ? { servername: options.tlsServerName } : {}),
      timeout: 10_000,
    },
  });

interface Connection {
  base: string;
  dispatcher: Agent;
  headers: Record<string, string>;
}

interface Call extends RequestOptions {
  method: string;
  path: string;
  body?: unknown;
}

/** Sends one call and throws what is not a success; the answer's body is still to be read. */
async function send({ base, dispatcher, headers }: Connection, call: Call) {
  const { method, path, body, contentType, signal } = call;
  const fallbackType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const content = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await httpRequest(base + path, {
    method: method as "GET",
    dispatcher,
    headers: content === undefined ? headers : { ...headers, "content-type": contentType ?? fallbackType },
    ...(content === undefined ? {} : { body: content }),
    ...(signal ? { signal } : {}),
  });
  if (answer.statusCode >= 400) throw parseApiError(answer.statusCode, await answer.body.text());
  return answer;
}

/** Makes a client for one API server; connections are kept alive until `dispose`. */
export function makeApiClient(options: ApiClientOptions): ApiClient {
  const dispatcher = makeAgent(options);
  const connection: Connection = {
    base: options.server.replace(/\/$/, ""),
    dispatcher,
    headers: {
      accept: "application/json",
      "user-agent": options.userAgent ?? "sandbox",
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
    },
  };

  return {
    async request<T>(...[method, path, body, extra]: Parameters<ApiClient["request"]>): Promise<T> {
      const timeout = AbortSignal.timeout(requestTimeoutMs);
      const signal = extra?.signal ? AbortSignal.any([extra.signal, timeout]) : timeout;
      try {
        const answer = await send(connection, { ...extra, method, path, body, signal });
        return parseAnswer<T>(String(answer.headers["content-type"] ?? ""), await answer.body.text());
      } catch (error) {
        throw asApiError(error);
      }
    },

    async watch(path, onEvent, signal) {
      try {
        const { body } = await send(connection, { method: "GET", path, signal });
        await readJsonLines(body, (line) => onEvent(line as WatchEvent));
      } catch (error) {
        throw asApiError(error);
      }
    },

    dispose: () => dispatcher.destroy(),
  };
}

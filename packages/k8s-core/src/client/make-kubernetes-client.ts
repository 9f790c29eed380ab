import type { IncomingMessage } from "node:http";
import type { Logger } from "../logger.ts";
import { type HttpRequest, loadKubeConfig, makeHttpTransport } from "./http-transport.ts";
import { K8sError } from "./k8s-error.ts";
import { buildPath, buildRef } from "./kinds.ts";
import type {
  KubernetesClient,
  KubernetesObject,
  ListOptions,
  ListResult,
  ResourceKind,
  WatchEvent,
  WatchOptions,
} from "./kubernetes-client.ts";

export interface KubernetesClientOptions {
  /** Absent: the credentials that a pod finds in its own cluster. */
  kubeconfigPath?: string;
  fieldManager: string;
  requestTimeoutMs?: number; // 15 s
  log?: Logger;
}

/** A client with kept-alive connections; `dispose` closes them. */
export function makeKubernetesClient({
  kubeconfigPath,
  fieldManager,
  requestTimeoutMs = 15_000,
  log,
}: KubernetesClientOptions): KubernetesClient & { dispose(): void } {
  const transport = makeHttpTransport(loadKubeConfig(kubeconfigPath));

  async function sendText(request: HttpRequest): Promise<string> {
    const timeout = AbortSignal.timeout(requestTimeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    const startedAt = performance.now();
    const response = await transport.open({ ...request, signal });
    const text = await readBody(response);
    const durationMs = Math.round(performance.now() - startedAt);
    log?.debug(
      { method: request.method, path: request.path, status: response.statusCode, durationMs },
      "k8s",
    );
    const code = response.statusCode ?? 0;
    if (code < 200 || code > 299) throw K8sError.fromResponse(code, text);
    return text;
  }

  const sendJson = async <T>(request: HttpRequest): Promise<T> => JSON.parse(await sendText(request)) as T;

  return {
    server: transport.server,
    dryRun: async (object) => void (await sendText(buildDryRun(object, fieldManager))),
    async find<T extends KubernetesObject>(ref: Parameters<KubernetesClient["find"]>[0]) {
      return orUndefined(sendJson<T>({ method: "GET", path: buildPath(ref) }));
    },
    async list<T extends KubernetesObject>(kind: ResourceKind, options: ListOptions = {}) {
      const { items, metadata } = await sendJson<{
        items: T[] | null;
        metadata: { resourceVersion: string };
      }>({
        method: "GET",
        ...buildCollection(kind, options),
      });
      // Items of a list come without their kind.
      const typed = (items ?? []).map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
      return { resourceVersion: metadata.resourceVersion, items: typed } satisfies ListResult<T>;
    },
    watch: <T extends KubernetesObject>(kind: ResourceKind, options: WatchOptions) =>
      watchLines<T>(() => transport.open(buildWatch(kind, options)), options.onOpen),
    apply: <T extends KubernetesObject>(object: KubernetesObject) =>
      sendJson<T>({
        method: "PATCH",
        path: buildPath(buildRef(object)),
        query: { fieldManager, force: "true" },
        body: { contentType: "application/apply-patch+yaml", content: object },
      }),
    async delete(ref, preconditions) {
      const content = {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: "Background",
        ...(preconditions ? { preconditions } : {}),
      };
      const body = { contentType: "application/json", content };
      return (await orUndefined(sendText({ method: "DELETE", path: buildPath(ref), body }))) !== undefined;
    },
    ping: (signal) => sendText({ method: "GET", path: "/readyz", signal }).then(() => {}, acceptRefusal),
    readLog: (ref) => sendText(buildLogRequest(ref)),
    dispose: () => transport.dispose(),
  };
}

function buildDryRun(object: KubernetesObject, fieldManager: string): HttpRequest {
  const { name: _, ...collection } = buildRef(object);
  return {
    method: "POST",
    path: buildPath(collection),
    query: { fieldManager, dryRun: "All" },
    body: { contentType: "application/json", content: object },
  };
}

function buildLogRequest(ref: Parameters<KubernetesClient["readLog"]>[0]): HttpRequest {
  const { namespace, pod, container, tailLines } = ref;
  return {
    method: "GET",
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
    query: {
      ...(container ? { container } : {}),
      ...(tailLines === undefined ? {} : { tailLines: String(tailLines) }),
    },
  };
}

/** Whoever refuses to tell is there. */
function acceptRefusal(error: K8sError): void {
  if (error.code < 400 || error.code >= 500) throw error;
}

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof K8sError && error.isNotFound) return undefined;
    throw error;
  }
}

function buildCollection(kind: ResourceKind, options: ListOptions): Omit<HttpRequest, "method"> {
  const { namespace, labelSelector, fieldSelector, signal } = options;
  return {
    path: buildPath({ kind, ...(namespace ? { namespace } : {}) }),
    query: { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) },
    ...(signal ? { signal } : {}),
  };
}

function buildWatch(kind: ResourceKind, options: WatchOptions): HttpRequest {
  const { query, ...rest } = buildCollection(kind, options);
  const watch = {
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: options.resourceVersion,
    timeoutSeconds: String(options.timeoutSeconds),
  };
  return { method: "GET", ...rest, query: { ...query, ...watch } };
}

async function readBody(response: IncomingMessage): Promise<string> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    throw K8sError.fromNetwork(error);
  }
}

async function* watchLines<T extends KubernetesObject>(
  open: () => Promise<IncomingMessage>,
  onOpen: (() => void) | undefined,
): AsyncGenerator<WatchEvent<T>> {
  const response = await open();
  const code = response.statusCode ?? 0;
  if (code !== 200) throw K8sError.fromResponse(code, await readBody(response));
  onOpen?.();
  for await (const line of splitLines(response)) yield JSON.parse(line) as WatchEvent<T>;
}

async function* splitLines(response: IncomingMessage): AsyncGenerator<string> {
  try {
    let rest = "";
    for await (const chunk of response.setEncoding("utf8")) {
      const lines = (rest + (chunk as string)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines.filter((line) => line !== "");
    }
  } catch (error) {
    throw K8sError.fromNetwork(error);
  } finally {
    response.destroy();
  }
}

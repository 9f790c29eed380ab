import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Agent, request } from "undici";
import { type ApiClientOptions, loadKubeconfig } from "../src/client/index.ts";
import { type KubernetesApi, type KubernetesApiOptions, makeKubernetesApi } from "../src/kubernetes/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every kind.
export type Body = any;

export interface Answer {
  code: number;
  body: Body;
  text: string;
}

export interface CallOptions {
  body?: unknown;
  contentType?: string;
  accept?: string;
  token?: string;
}

export interface WatchEvent {
  type: string;
  object: Body;
}

export interface Watch {
  /** The next event; rejects when the stream has ended or nothing comes in time (10 s). */
  next(withinMs?: number): Promise<WatchEvent>;
  /** The first event that fits; others are skipped. */
  until(isWanted: (event: WatchEvent) => boolean, withinMs?: number): Promise<WatchEvent>;
  /** All events up to the end of the stream. */
  rest(): Promise<WatchEvent[]>;
  close(): void;
}

const DEADLINE_MS = 10_000;

type ApiAccess = Pick<ApiClientOptions, "caPem" | "token" | "certPem" | "keyPem">;

/** A plain HTTP client of some API server. */
export class ApiClient {
  readonly #agent: Agent;
  /** Without a client certificate: for calls with a token of their own. */
  readonly #stranger: Agent;

  constructor(
    readonly url: string,
    readonly access: ApiAccess,
  ) {
    const { caPem, certPem, keyPem } = access;
    const identity = certPem && keyPem ? { cert: certPem, key: keyPem } : {};
    this.#agent = new Agent({ connect: { ca: caPem, ...identity }, bodyTimeout: 0 });
    this.#stranger = new Agent({ connect: { ca: caPem }, bodyTimeout: 0 });
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { body, contentType = "application/json", accept = "application/json" } = options;
    const answer = await request(this.url + path, {
      method: method as "GET",
      dispatcher: options.token === undefined ? this.#agent : this.#stranger,
      headers: {
        ...this.#authorization(options.token),
        accept,
        "user-agent": "contract/1",
        ...(body !== undefined && { "content-type": contentType }),
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    const isJson = String(answer.headers["content-type"]).includes("json");
    return { code: answer.statusCode, text, body: isJson ? JSON.parse(text) : text };
  }

  get = (path: string) => this.call("GET", path);
  post = (path: string, body: unknown) => this.call("POST", path, { body });
  put = (path: string, body: unknown) => this.call("PUT", path, { body });
  delete = (path: string, body?: unknown) => this.call("DELETE", path, { body });
  patch = (path: string, body: unknown, type: "json" | "merge" | "strategic-merge" = "merge") =>
    this.call("PATCH", path, { body, contentType: `application/${type}-patch+json` });
  apply = (path: string, body: unknown, { manager = "contract", force = false } = {}) =>
    this.call("PATCH", `${path}?fieldManager=${manager}&force=${force}`, {
      body,
      contentType: "application/apply-patch+yaml",
    });

  #authorization(token = this.access.token) {
    return token ? { authorization: `Bearer ${token}` } : {};
  }

  async watch(path: string): Promise<Watch> {
    const abort = new AbortController();
    const answer = await request(this.url + path, {
      dispatcher: this.#agent,
      signal: abort.signal,
      headers: { ...this.#authorization(), accept: "application/json" },
    });
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${await answer.body.text()}`);
    const stream = Readable.from(answer.body);
    stream.on("error", () => undefined);
    const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
    const next = async (withinMs = DEADLINE_MS): Promise<WatchEvent> => {
      const timer = setTimeout(() => abort.abort(), withinMs);
      const line = await lines.next();
      clearTimeout(timer);
      if (line.done) throw new Error("the watch has ended");
      return JSON.parse(line.value);
    };
    const until: Watch["until"] = async (isWanted, withinMs) => {
      const event = await next(withinMs);
      return isWanted(event) ? event : until(isWanted, withinMs);
    };
    const rest = async () => {
      const events: WatchEvent[] = [];
      for (let line = await lines.next(); !line.done; line = await lines.next())
        events.push(JSON.parse(line.value));
      return events;
    };
    return { next, until, rest, close: () => abort.abort() };
  }

  /** A new namespace with a name of its own; resolves when its ServiceAccount is there. */
  async makeNamespace(labels: Record<string, string> = {}): Promise<string> {
    const name = `contract-${randomBytes(4).toString("hex")}`;
    await this.post("/api/v1/namespaces", { metadata: { name, labels } });
    await until(
      async () => (await this.get(`/api/v1/namespaces/${name}/serviceaccounts/default`)).code === 200,
    );
    return name;
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#agent.destroy(), this.#stranger.destroy()]);
  }
}

/** Waits for a condition; rejects when it does not come true in time (10 s). */
export async function until(isTrue: () => Promise<boolean>, withinMs = DEADLINE_MS): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`the condition did not come true in time: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface OpenApi {
  client: ApiClient;
  dispose(): Promise<void>;
}

/** The API server of the kubeconfig CONTRACT_KUBECONFIG, or an embedded one in a temporary folder. */
export async function openApi(): Promise<OpenApi> {
  const kubeconfig = process.env.CONTRACT_KUBECONFIG;
  if (!kubeconfig) {
    const { client, dispose } = await openEmbedded({ bookmarkIntervalMs: 1_000 });
    return { client, dispose };
  }
  const { server, ...access } = loadKubeconfig(kubeconfig);
  const client = new ApiClient(server, access);
  return { client, dispose: () => client.dispose() };
}

export async function openEmbedded(options: Partial<KubernetesApiOptions> = {}) {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "kubernetes-api-")));
  const errors: unknown[] = [];
  const api: KubernetesApi = await makeKubernetesApi({
    ...options,
    dir,
    onError: (error) => errors.push(error),
  });
  const client = new ApiClient(api.url, api);
  const stop = async () => {
    await client.dispose();
    await api.dispose();
    if (errors.length) throw new AggregateError(errors, "the server failed inside");
  };
  const dispose = async () => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { api, client, dir, stop, dispose };
}

export const container = (fields: object = {}) => ({ name: "main", image: "example.com/app:1", ...fields });

export function deployment(name: string, fields: { replicas?: number; container?: object } = {}) {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      ...(fields.replicas !== undefined && { replicas: fields.replicas }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container(fields.container)] } },
    },
  };
}

export const pod = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...metadata },
  spec: { schedulerName: "nobody", containers: [container()], ...spec },
});

export const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
});

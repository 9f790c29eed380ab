import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Agent, request } from "undici";
import { type KubernetesApi, makeKubernetesApi } from "../src/kubernetes/index.ts";

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
  /** The next event; rejects when the stream has ended or nothing comes within 10 s. */
  next(): Promise<WatchEvent>;
  /** The first event that fits; others are skipped. */
  until(isWanted: (event: WatchEvent) => boolean): Promise<WatchEvent>;
  /** All events up to the end of the stream. */
  rest(): Promise<WatchEvent[]>;
  close(): void;
}

const DEADLINE_MS = 10_000;

/** A plain HTTP client of some API server. */
export class ApiClient {
  readonly #agent: Agent;

  constructor(
    readonly url: string,
    readonly access: { caPem: string; token: string },
  ) {
    this.#agent = new Agent({ connect: { ca: access.caPem }, bodyTimeout: 0 });
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const {
      body,
      contentType = "application/json",
      accept = "application/json",
      token = this.access.token,
    } = options;
    const answer = await request(this.url + path, {
      method: method as "GET",
      dispatcher: this.#agent,
      headers: {
        authorization: `Bearer ${token}`,
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

  async watch(path: string): Promise<Watch> {
    const abort = new AbortController();
    const answer = await request(this.url + path, {
      dispatcher: this.#agent,
      signal: abort.signal,
      headers: { authorization: `Bearer ${this.access.token}`, accept: "application/json" },
    });
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${await answer.body.text()}`);
    const stream = Readable.from(answer.body);
    stream.on("error", () => undefined);
    const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
    const next = async (): Promise<WatchEvent> => {
      const timer = setTimeout(() => abort.abort(), DEADLINE_MS);
      const line = await lines.next();
      clearTimeout(timer);
      if (line.done) throw new Error("the watch has ended");
      return JSON.parse(line.value);
    };
    const until = async (isWanted: (event: WatchEvent) => boolean): Promise<WatchEvent> => {
      const event = await next();
      return isWanted(event) ? event : until(isWanted);
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

  dispose(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** Waits for a condition; rejects after 10 s. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`the condition did not come true in time: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The API server of CONTRACT_API_URL, CONTRACT_API_TOKEN and CONTRACT_API_CA (a file), or an embedded one in a temporary folder. */
export async function openApi(): Promise<{ client: ApiClient; dispose(): Promise<void> }> {
  const url = process.env.CONTRACT_API_URL;
  if (url) {
    const caPem = await readFile(process.env.CONTRACT_API_CA!, "utf8");
    const client = new ApiClient(url, { caPem, token: process.env.CONTRACT_API_TOKEN! });
    return { client, dispose: () => client.dispose() };
  }
  const embedded = await openEmbedded();
  return { client: embedded.client, dispose: embedded.dispose };
}

export async function openEmbedded(
  options: { dir?: string; historySize?: number; bookmarkIntervalMs?: number } = {},
) {
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

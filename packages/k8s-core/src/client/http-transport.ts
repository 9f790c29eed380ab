import http from "node:http";
import https from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { K8sError } from "./k8s-error.ts";

export interface HttpRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string>;
  body?: { contentType: string; content: unknown };
  signal?: AbortSignal;
}

/** HTTP to one API server: credentials of a kubeconfig, one pool of kept-alive connections. */
export interface HttpTransport {
  /** The API server's address. */
  readonly server: URL;
  /** Resolves with the head of the response; its body is not read yet. */
  open(request: HttpRequest): Promise<http.IncomingMessage>;
  dispose(): void;
}

export function loadKubeConfig(kubeconfigPath: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfigPath) config.loadFromFile(kubeconfigPath);
  else config.loadFromCluster();
  return config;
}

/** Node's own https, because a kept-alive request through it costs about a millisecond. */
export function makeHttpTransport(config: KubeConfig): HttpTransport {
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new Error("The kubeconfig names no current cluster");
  const base = new URL(server);
  const { request, Agent } = base.protocol === "https:" ? https : http;
  let agent: http.Agent | undefined;

  async function buildOptions(input: HttpRequest): Promise<https.RequestOptions> {
    const credentials: https.RequestOptions = {};
    await config.applyToHTTPSOptions(credentials);
    const { ca, cert, key, rejectUnauthorized, servername } = credentials;
    const tls = Object.entries({ ca, cert, key, rejectUnauthorized, servername });
    // A proxy needs the agent that the kubeconfig made for it.
    agent ??= config.getCurrentCluster()?.proxyUrl
      ? (credentials.agent as http.Agent)
      : new Agent({ keepAlive: true, ...Object.fromEntries(tls.filter(([, value]) => value !== undefined)) });
    const query = input.query ? `?${new URLSearchParams(input.query)}` : "";
    return {
      method: input.method,
      host: base.hostname.replace(/^\[|\]$/g, ""),
      port: base.port || undefined,
      path: `${base.pathname.replace(/\/$/, "")}${input.path}${query}`,
      headers: { ...credentials.headers, accept: "application/json" },
      agent,
      ...(credentials.auth ? { auth: credentials.auth } : {}),
      ...(input.signal ? { signal: input.signal } : {}),
    };
  }

  function send(options: https.RequestOptions, body: HttpRequest["body"]): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request(options, resolve);
      outgoing.on("error", (error) => reject(Object.assign(error, { wasReused: outgoing.reusedSocket })));
      if (!body) return outgoing.end();
      const text = JSON.stringify(body.content);
      outgoing.setHeader("content-type", body.contentType);
      outgoing.setHeader("content-length", Buffer.byteLength(text));
      outgoing.end(text);
    });
  }

  return {
    server: base,
    async open(input) {
      try {
        const options = await buildOptions(input);
        return await send(options, input.body).catch((error: { wasReused?: boolean; code?: string }) => {
          // The server closed an idle connection just as it was used again; all our requests may be repeated.
          if (error.wasReused && error.code === "ECONNRESET") return send(options, input.body);
          throw error;
        });
      } catch (error) {
        throw K8sError.fromNetwork(error);
      }
    },
    dispose: () => agent?.destroy(),
  };
}

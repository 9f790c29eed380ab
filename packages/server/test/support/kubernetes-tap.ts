import { readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request } from "node:https";
import { createInterface } from "node:readline";
import { KubeConfig } from "@kubernetes/client-node";

const writingMethods = new Set(["POST", "PUT", "PATCH", "DELETE"]);

export interface TapOptions {
  /** Called when the server behind has carried out a write, before its client hears of it. */
  onWrite(description: string): void;
}

/**
 * A Kubernetes API that passes everything on and reports each write.
 * Addresses in EndpointSlices are moved to where PostgreSQL taps listen, see `moveAddresses`.
 */
export async function makeKubernetesTap(
  options: TapOptions & { kubeconfig: string; writeKubeconfigTo: string },
) {
  const config = new KubeConfig();
  config.loadFromFile(options.kubeconfig);
  const upstream = new URL(config.getCurrentCluster()!.server);
  const { token, certData, keyData } = config.getCurrentUser()!;
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const identity = certData && keyData ? { cert: decode(certData), key: decode(keyData) } : {};
  const ca = decode(config.getCurrentCluster()!.caData ?? (await caOf(config)));

  const server = createServer((incoming, outgoing) => {
    const forwarded = request(
      new URL(incoming.url!, upstream),
      {
        method: incoming.method!,
        ...{ ca, ...identity },
        headers: { ...withoutAuthorization(incoming.headers), host: upstream.host, ...authorization },
      },
      (answer) => pass(incoming, answer, outgoing),
    );
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  });

  function pass(incoming: IncomingMessage, answer: IncomingMessage, outgoing: ServerResponse) {
    if (writingMethods.has(incoming.method!) && answer.statusCode! < 300) {
      options.onWrite(`kubernetes ${incoming.method} ${incoming.url}`);
    }
    const { "content-length": _length, ...headers } = answer.headers;
    outgoing.writeHead(answer.statusCode!, headers);
    answer.on("error", () => outgoing.destroy());
    if (!incoming.url!.includes("/endpointslices")) return void answer.pipe(outgoing);
    const lines = createInterface({ input: answer });
    // It passes on what its input suffers: a connection that was cut.
    lines.on("error", () => outgoing.destroy());
    lines.on("line", (line) => outgoing.write(`${moveAddresses(line)}\n`));
    lines.on("close", () => outgoing.end());
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await writeFile(options.writeKubeconfigTo, kubeconfigFor(`http://127.0.0.1:${port}`), { mode: 0o600 });
  return {
    async dispose() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const decode = (base64: string) => Buffer.from(base64, "base64");
const withoutAuthorization = ({ authorization: _, ...headers }: IncomingMessage["headers"]) => headers;

/** 127.12.0.3 → 127.112.0.3, and of a sandbox that joined a real control plane 10.200.0.3 → 127.200.0.3 */
export const moveAddresses = (text: string) =>
  text
    .replace(
      /\b127\.(\d{1,2})\.(\d+\.\d+)\b/g,
      (_match, second, rest) => `127.${Number(second) + 100}.${rest}`,
    )
    .replace(/\b10\.(2\d\d)\.(\d+\.\d+)\b/g, "127.$1.$2");

async function caOf(config: KubeConfig) {
  return (await readFile(config.getCurrentCluster()!.caFile!)).toString("base64");
}

const kubeconfigFor = (server: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "tap",
    clusters: [{ name: "tap", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "tap", user: { token: "unused" } }],
    contexts: [{ name: "tap", context: { cluster: "tap", user: "tap" } }],
  });

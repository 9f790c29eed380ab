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
 * Addresses in EndpointSlices are moved from 127.x to 127.(x+100), where PostgreSQL taps listen.
 */
export async function makeKubernetesTap(
  options: TapOptions & { kubeconfig: string; writeKubeconfigTo: string },
) {
  const config = new KubeConfig();
  config.loadFromFile(options.kubeconfig);
  const upstream = new URL(config.getCurrentCluster()!.server);
  const token = config.getCurrentUser()!.token!;
  const ca = Buffer.from(config.getCurrentCluster()!.caData ?? (await caOf(config)), "base64");

  const server = createServer((incoming, outgoing) => {
    const forwarded = request(
      new URL(incoming.url!, upstream),
      {
        method: incoming.method!,
        ca,
        headers: { ...incoming.headers, host: upstream.host, authorization: `Bearer ${token}` },
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
    if (!incoming.url!.includes("/endpointslices")) return void answer.pipe(outgoing);
    const lines = createInterface({ input: answer });
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

/** 127.12.0.3 → 127.112.0.3 */
export const moveAddresses = (text: string) =>
  text.replace(
    /\b127\.(\d{1,2})\.(\d+\.\d+)\b/g,
    (_match, second, rest) => `127.${Number(second) + 100}.${rest}`,
  );

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

import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import type { Pair } from "../certificates.ts";
import { type KubeObject, listIn, valueAt } from "../object.ts";
import type { Registry } from "../registry.ts";
import { badRequest, StatusError } from "../status-error.ts";
import type { Exchange } from "./exchange.ts";
import type { Target } from "./target.ts";

/** How the API server proves itself to kubelets: a client certificate of its authority, and a token for TokenReview. */
export interface KubeletAccess {
  client: Pair;
  token: string;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Address and port of a node's kubelet; undefined when the node does not say. */
export function findKubelet(node: KubeObject | undefined): { host: string; port: number } | undefined {
  const addresses = listIn(valueAt(node, "status.addresses"));
  const address = addresses.find((each) => each.type === "InternalIP")?.address;
  if (typeof address !== "string") return undefined;
  return {
    host: address,
    port: Number(valueAt(node, "status.daemonEndpoints.kubeletEndpoint.Port") ?? 10_250),
  };
}

/** GET from a kubelet; its certificate is its own, so it is not verified (as a real API server does by default). */
export function requestKubelet(
  access: KubeletAccess,
  at: { host: string; port: number; path: string },
): Promise<IncomingMessage> {
  const { client, token } = access;
  return new Promise((resolve, reject) => {
    const options = {
      ...at,
      cert: client.certPem,
      key: client.keyPem,
      rejectUnauthorized: false,
      agent: false as const,
      headers: { authorization: `Bearer ${token}` },
    };
    const request = httpsRequest(options, resolve);
    const timer = setTimeout(
      () => request.destroy(new Error("the kubelet does not answer")),
      CONNECT_TIMEOUT_MS,
    );
    request.once("close", () => clearTimeout(timer)).once("response", () => clearTimeout(timer));
    request.once("error", reject).end();
  });
}

function containerOf(pod: KubeObject, wanted: string | null): string {
  const names = [
    ...listIn(valueAt(pod, "spec.initContainers")),
    ...listIn(valueAt(pod, "spec.containers")),
  ].map((each) => String(each.name));
  const { name } = pod.metadata;
  if (wanted && !names.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  if (wanted) return wanted;
  if (names.length > 1)
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(" ")}]`,
    );
  return names[0]!;
}

const OPTIONS = ["follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes"];

async function readText(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message) text += String(chunk);
  return text.trim();
}

const unreachable = (why: string) =>
  new StatusError(500, "InternalError", { message: `Internal error occurred: ${why}` });

/** `pods/log`: what the kubelet of the pod's node answers, followed as long as the client wishes. */
export async function servePodLog(
  exchange: Exchange,
  target: Target,
  deps: { registry: Registry; kubelets: KubeletAccess },
): Promise<void> {
  const { query, response } = exchange;
  const { store } = deps.registry;
  const { object: pod } = deps.registry.get(target.resource, {
    namespace: target.namespace,
    name: target.name!,
  });
  const container = containerOf(pod, query.get("container"));
  const nodeName = valueAt(pod, "spec.nodeName");
  if (typeof nodeName !== "string") throw badRequest(`pod ${target.name} does not have a host assigned`);
  const kubelet = findKubelet(store.find("nodes", { name: nodeName })?.object);
  if (!kubelet) throw unreachable(`no address of node ${nodeName} is known`);
  const options = new URLSearchParams(
    OPTIONS.flatMap((name): [string, string][] => (query.has(name) ? [[name, query.get(name)!]] : [])),
  );
  const path = `/containerLogs/${target.namespace}/${target.name}/${container}?${options}`;
  const answer = await requestKubelet(deps.kubelets, { ...kubelet, path }).catch((error: Error) => {
    throw unreachable(`Get "https://${kubelet.host}:${kubelet.port}${path}": ${error.message}`);
  });
  const code = answer.statusCode ?? 500;
  if (code !== 200) {
    const message = await readText(answer);
    throw new StatusError(code, code === 404 ? "NotFound" : code === 400 ? "BadRequest" : "InternalError", {
      message,
    });
  }
  response.writeHead(200, { "content-type": "text/plain" });
  response.flushHeaders();
  response.once("close", () => answer.destroy());
  await pipeline(answer, response).catch(() => response.destroy());
}

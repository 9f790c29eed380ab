import { fieldsIn, formatTime, isFields, type KubeObject, listIn, valueAt } from "../object.ts";
import type { Registry } from "../registry.ts";
import { badRequest, conflict, notFound } from "../status-error.ts";
import type { Tokens } from "../tokens.ts";
import { type Exchange, readBody, readJson, sendJson } from "./exchange.ts";
import { readPatch } from "./patch-body.ts";
import { type KubeletAccess, servePodLog } from "./serve-pod-log.ts";
import { callFor } from "./serve-writes.ts";
import type { Target } from "./target.ts";

export interface SubresourceContext {
  registry: Registry;
  tokens: Tokens;
  kubelets: KubeletAccess;
}

type Server = (exchange: Exchange, target: Target, context: SubresourceContext) => Promise<void>;

const success = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
const refOf = ({ namespace, name = "" }: Target) => ({ namespace, name });

function scaleOf(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const labels = Object.entries(fieldsIn(valueAt(object, "spec.selector.matchLabels")));
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: JSON.parse(
      JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp }),
    ) as KubeObject["metadata"],
    spec: { replicas: valueAt(object, "spec.replicas") ?? 0 },
    status: {
      replicas: valueAt(object, "status.replicas") ?? 0,
      selector: labels.map(([key, value]) => `${key}=${value}`).join(","),
    },
  };
}

const serveScale: Server = async (exchange, target, { registry }) => {
  const { method, request, response } = exchange;
  const { object } = registry.get(target.resource, refOf(target));
  if (method === "GET") return sendJson(response, 200, scaleOf(object));
  const body = await readBody(request);
  const call = callFor(exchange, target);
  const by = { manager: call.manager, isForced: true, now: registry.now() };
  const scale =
    method === "PUT"
      ? (JSON.parse(body) as KubeObject)
      : readPatch(body, String(request.headers["content-type"] ?? ""), target.name!).change(
          scaleOf(object),
          by,
        );
  const replicas = Number(valueAt(scale, "spec.replicas") ?? 0);
  const { resourceVersion, uid } = scale.metadata;
  const written = registry.update(call, (current) => {
    const metadata = {
      ...current!.metadata,
      ...(resourceVersion && { resourceVersion }),
      ...(uid && { uid }),
    };
    return { ...current!, metadata, spec: { ...fieldsIn(current!.spec), replicas } };
  });
  sendJson(response, 200, scaleOf(written));
};

const serveBinding: Server = async (exchange, target, { registry }) => {
  const body = await readJson(exchange.request);
  const nodeName = valueAt(body, "target.name");
  if (typeof nodeName !== "string" || !nodeName) throw badRequest("a binding needs target.name");
  registry.update(callFor(exchange, target), (current) => {
    const spec = fieldsIn(current!.spec);
    const name = target.name ?? "";
    if (current!.metadata.deletionTimestamp)
      throw conflict(target.resource, name, `pod ${name} is being deleted, cannot be assigned to a host`);
    if (spec.nodeName)
      throw conflict(target.resource, name, `pod ${name} is already assigned to node "${spec.nodeName}"`);
    const status = fieldsIn(current!.status);
    const others = listIn(status.conditions).filter((condition) => condition.type !== "PodScheduled");
    const scheduled = {
      type: "PodScheduled",
      status: "True",
      lastProbeTime: null,
      lastTransitionTime: formatTime(registry.now()),
    };
    return {
      ...current!,
      spec: { ...spec, nodeName },
      status: { ...status, conditions: [...others, scheduled] },
    };
  });
  sendJson(exchange.response, 201, success);
};

const serveEviction: Server = async (exchange, target, { registry }) => {
  const body = await readJson(exchange.request);
  const options = isFields(body) ? fieldsIn(body.deleteOptions) : {};
  registry.delete(callFor(exchange, target), options);
  sendJson(exchange.response, 201, success);
};

const TOKEN_SECONDS = 3600;

const serveToken: Server = async (exchange, target, { registry, tokens }) => {
  const body = await readJson(exchange.request);
  registry.get(target.resource, refOf(target));
  const { namespace, name } = target;
  const token = tokens.mint(`system:serviceaccount:${namespace}:${name}`, [
    "system:serviceaccounts",
    `system:serviceaccounts:${namespace}`,
  ]);
  const status = { token, expirationTimestamp: formatTime(registry.now() + TOKEN_SECONDS * 1000) };
  const request = {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name, namespace },
  };
  sendJson(exchange.response, 201, { ...request, spec: fieldsIn(valueAt(body, "spec")), status });
};

const SERVERS: Record<string, Server> = {
  scale: serveScale,
  binding: serveBinding,
  eviction: serveEviction,
  token: serveToken,
  log: (exchange, target, { registry, kubelets }) => servePodLog(exchange, target, { registry, kubelets }),
};

/** The server of a part of an object that is no plain object (not `status` or `finalize`); throws 404 for an unknown one. */
export function findSubresourceServer({ resource, subresource }: Target): Server | undefined {
  if (subresource === undefined || subresource === "") return undefined;
  if (!resource.subresources.includes(subresource)) throw notFound(resource, subresource);
  return SERVERS[subresource];
}

import { cpus, totalmem } from "node:os";
import type { Container, EnvVar, Pod } from "../client/index.ts";
import { parseQuantity } from "../client/quantity.ts";
import type { ConfigReader } from "./config-reader.ts";

/** Replaces `$(NAME)` by a known variable's value; `$$(NAME)` is the text `$(NAME)`, unknown names stay. */
export const expandVariables = (text: string, values: Record<string, string>): string =>
  text.replace(/\$\$|\$\(([^()]+)\)/g, (all, name?: string) => {
    if (name === undefined) return "$";
    return Object.hasOwn(values, name) ? (values[name] ?? "") : all;
  });

/** The pod as its own containers may see it. */
export interface PodView {
  pod: Pod;
  podIP: string;
  hostIP: string;
}

/** The value of a downward API field path; empty when the pod has none. */
export const readField = ({ pod, podIP, hostIP }: PodView, fieldPath: string): string => {
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (entry) return pod.metadata[entry[1] as "labels" | "annotations"]?.[entry[2] ?? ""] ?? "";
  const spec = pod.spec as { serviceAccountName?: string };
  const fields: Record<string, string | undefined> = {
    "metadata.name": pod.metadata.name,
    "metadata.namespace": pod.metadata.namespace,
    "metadata.uid": pod.metadata.uid,
    "spec.nodeName": pod.spec.nodeName,
    "spec.serviceAccountName": spec.serviceAccountName ?? "default",
    "status.podIP": podIP,
    "status.podIPs": podIP,
    "status.hostIP": hostIP,
  };
  return fields[fieldPath] ?? "";
};

const readResource = (container: Container, resource: string): string => {
  const [list, name = ""] = resource.split(/\.(.*)/s);
  const whole = name === "cpu" ? cpus().length : totalmem();
  const value = parseQuantity(container.resources?.[list as "limits" | "requests"]?.[name]) ?? whole;
  return String(Math.ceil(value));
};

interface Sources extends PodView {
  container: Container;
  config: ConfigReader;
}

const readValue = async (variable: EnvVar, sources: Sources): Promise<string | undefined> => {
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = variable.valueFrom ?? {};
  if (fieldRef) return readField(sources, fieldRef.fieldPath);
  if (resourceFieldRef) return readResource(sources.container, resourceFieldRef.resource);
  const ref = secretKeyRef ?? configMapKeyRef;
  if (!ref) return variable.value ?? "";
  const kind = secretKeyRef ? "secret" : "configmap";
  return (await sources.config.readKey({ kind, ...ref }, ref.key))?.toString("utf8");
};

const readWholeSources = async ({ container, config }: Sources): Promise<Record<string, string>> => {
  const values: Record<string, string> = {};
  for (const { prefix = "", secretRef, configMapRef } of container.envFrom ?? []) {
    const kind = secretRef ? "secret" : "configmap";
    const ref = secretRef ?? configMapRef;
    const entries = ref ? await config.read({ kind, ...ref }) : [];
    for (const [key, value] of entries) values[prefix + key] = value.toString("utf8");
  }
  return values;
};

/** A container's environment, in the order and with the precedence of Kubernetes. Throws ContainerWaiting. */
export async function resolveEnvironment(sources: Sources): Promise<Record<string, string>> {
  const { container, pod } = sources;
  const env = { HOSTNAME: pod.spec.hostname ?? pod.metadata.name, ...(await readWholeSources(sources)) };
  for (const variable of container.env ?? []) {
    const value = await readValue(variable, sources);
    if (value === undefined) continue;
    Object.assign(env, { [variable.name]: variable.valueFrom ? value : expandVariables(value, env) });
  }
  return env;
}

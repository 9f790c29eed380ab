import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import type { ApiClientOptions } from "./api-client.ts";

interface Kubeconfig {
  "current-context"?: string;
  contexts?: { name: string; context: { cluster: string; user: string } }[];
  clusters?: { name: string; cluster: Record<string, string | undefined> }[];
  users?: { name: string; user: Record<string, string | undefined> }[];
}

const findNamed = <T extends { name: string }>(
  list: T[] | undefined,
  name: string | undefined,
  what: string,
): T => {
  const found = list?.find((entry) => entry.name === name);
  if (!found) throw new Error(`The kubeconfig has no ${what} named ${name ?? "(none)"}`);
  return found;
};

/** Reads the current context of a kubeconfig; tokens and client certificates, inline or as files. Throws when incomplete. */
export function loadKubeconfig(path: string): ApiClientOptions {
  const config = parse(readFileSync(path, "utf8")) as Kubeconfig;
  const { context } = findNamed(config.contexts, config["current-context"], "context");
  const { cluster } = findNamed(config.clusters, context.cluster, "cluster");
  const { user } = findNamed(config.users, context.user, "user");
  if (!cluster.server) throw new Error(`The kubeconfig's cluster ${context.cluster} has no server`);

  const readFile = (file: string): string => readFileSync(resolve(dirname(path), file), "utf8");
  const readPem = (from: Record<string, string | undefined>, key: string): string | undefined => {
    const inline = from[`${key}-data`];
    if (inline) return Buffer.from(inline, "base64").toString("utf8");
    const file = from[key];
    return file ? readFile(file) : undefined;
  };
  const caPem = readPem(cluster, "certificate-authority");
  const certPem = readPem(user, "client-certificate");
  const keyPem = readPem(user, "client-key");
  const token = user.token ?? (user.tokenFile ? readFile(user.tokenFile).trim() : undefined);
  return {
    server: cluster.server,
    ...(caPem ? { caPem } : {}),
    ...(token ? { token } : {}),
    ...(certPem ? { certPem } : {}),
    ...(keyPem ? { keyPem } : {}),
    ...(cluster["tls-server-name"] ? { tlsServerName: cluster["tls-server-name"] } : {}),
  };
}

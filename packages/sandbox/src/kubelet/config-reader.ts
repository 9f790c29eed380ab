import type { ApiClient, ConfigMap, KubeObject, Secret } from "../client/index.ts";
import { isApiError } from "../client/index.ts";
import { ContainerWaiting } from "./container-waiting.ts";

/** A Secret's or ConfigMap's content. */
export interface ConfigSource {
  kind: "secret" | "configmap";
  name: string;
  optional?: boolean | undefined;
}

/** Reads Secrets and ConfigMaps of a namespace, each once per container start. */
export interface ConfigReader {
  /** Key → bytes; empty when an optional one is missing. Throws ContainerWaiting. */
  read(source: ConfigSource): Promise<Map<string, Buffer>>;
  /** One key; undefined when it is optional and missing. Throws ContainerWaiting. */
  readKey(source: ConfigSource, key: string): Promise<Buffer | undefined>;
}

const contentOf = (object: Secret | ConfigMap, kind: ConfigSource["kind"]): Map<string, Buffer> => {
  const encoding = kind === "secret" ? "base64" : "utf8";
  const binary = Object.entries(("binaryData" in object ? object.binaryData : undefined) ?? {});
  return new Map([
    ...Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)] as const),
    ...binary.map(([key, value]) => [key, Buffer.from(value, "base64")] as const),
  ]);
};

export function makeConfigReader(client: ApiClient, namespace: string): ConfigReader {
  const objects = new Map<string, Promise<(KubeObject & Secret & ConfigMap) | undefined>>();
  const pathOf = (kind: string) => `/api/v1/namespaces/${namespace}/${kind}s`;
  const fetchObject = ({ kind, name }: ConfigSource) => {
    const path = `${pathOf(kind)}/${name}`;
    const known = objects.get(path);
    if (known) return known;
    const read = client.request<KubeObject & Secret & ConfigMap>("GET", path).catch((error: unknown) => {
      if (isApiError(error, 404)) return undefined;
      throw error;
    });
    objects.set(path, read);
    return read;
  };
  const configError = (source: ConfigSource, message: string, seenVersion?: string): ContainerWaiting =>
    new ContainerWaiting("CreateContainerConfigError", message, {
      path: pathOf(source.kind),
      name: source.name,
      ...(seenVersion ? { seenVersion } : {}),
    });

  return {
    async read(source) {
      const object = await fetchObject(source);
      if (object) return contentOf(object, source.kind);
      if (source.optional) return new Map();
      throw configError(source, `${source.kind} "${source.name}" not found`);
    },
    async readKey(source, key) {
      const value = (await this.read(source)).get(key);
      if (value !== undefined || source.optional) return value;
      const seenVersion = (await fetchObject(source))?.metadata.resourceVersion;
      throw configError(
        source,
        `couldn't find key ${key} in ${source.kind} ${namespace}/${source.name}`,
        seenVersion,
      );
    },
  };
}

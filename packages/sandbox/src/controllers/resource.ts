import type { ApiClient } from "../client/api-client.ts";
import { isApiError } from "../client/api-error.ts";
import { type Informer, makeInformer } from "../client/informer.ts";
import type { KubeObject, ObjectReference } from "../client/kube-types.ts";
import type { Log } from "../client/log.ts";

/** One kind of object: the cache of all of them, and the writes, whose answers are in the cache at once. */
export interface Resource<T extends KubeObject> extends Informer<T> {
  apiVersion: string;
  kind: string;
  create(object: T): Promise<T>;
  /** Replaces the object; a late one (its resourceVersion is not the newest) throws ApiError 409. */
  update(object: T): Promise<T>;
  updateStatus(object: T): Promise<T>;
  /** Deletes this very object (by uid); one that is gone already is fine. */
  remove(object: T, gracePeriodSeconds?: number): Promise<void>;
  refer(object: T): ObjectReference;
}

export interface ResourceOptions {
  client: ApiClient;
  log: Log;
  apiVersion: string;
  kind: string;
  plural: string;
}

/** Follows one kind in all namespaces. */
export function makeResource<T extends KubeObject>(options: ResourceOptions): Resource<T> {
  const { client, log, apiVersion, kind, plural } = options;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const informer = makeInformer<T>({ client, path: `${root}/${plural}`, log });
  const collection = ({ metadata }: T): string =>
    metadata.namespace ? `${root}/namespaces/${metadata.namespace}/${plural}` : `${root}/${plural}`;
  const write = async (method: string, path: string, object: T): Promise<T> => {
    const answer = await client.request<T>(method, path, { ...object, apiVersion, kind });
    informer.remember(answer);
    return answer;
  };

  return {
    ...informer,
    apiVersion,
    kind,
    create: (object) => write("POST", collection(object), object),
    update: (object) => write("PUT", `${collection(object)}/${object.metadata.name}`, object),
    updateStatus: (object) => write("PUT", `${collection(object)}/${object.metadata.name}/status`, object),
    async remove(object, gracePeriodSeconds) {
      const { name, uid } = object.metadata;
      const body = {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: "Background",
        preconditions: { uid },
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      };
      try {
        const answer = await client.request<T>("DELETE", `${collection(object)}/${name}`, body);
        if (answer.metadata?.deletionTimestamp) informer.remember(answer);
      } catch (error) {
        if (!isApiError(error, 404) && !isApiError(error, 409)) throw error;
      }
    },
    refer({ metadata: { name, namespace, uid } }) {
      return { apiVersion, kind, name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}) };
    },
  };
}

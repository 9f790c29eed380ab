import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type ApiClient, isApiError, type Log, type Pod, type PodStatus } from "../client/index.ts";

/** Brings a pod's status to the API server; changes that come together become one write. */
export interface PodStatusWriter {
  /** There may be something new. */
  publish(): void;
  /** Resolves when all that is known has been written (or the pod is gone). */
  flush(): Promise<void>;
  dispose(): void;
}

export interface PodStatusWriterOptions {
  client: ApiClient;
  log: Log;
  pod: Pod;
  build(): PodStatus;
}

export function makePodStatusWriter({ client, log, pod, build }: PodStatusWriterOptions): PodStatusWriter {
  const { namespace, name, uid } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
  let written: PodStatus | undefined;
  let isDirty = false;
  let isOver = false;
  let running: Promise<void> | undefined;

  const writeOnce = async (): Promise<void> => {
    const status = build();
    if (isDeepStrictEqual(status, written)) return;
    try {
      await client.request("PATCH", path, { metadata: { uid }, status });
      written = status;
    } catch (error) {
      // Gone, or another pod of the same name: nobody wants to know any more.
      if (isApiError(error, 404) || isApiError(error, 409)) isOver = true;
      else {
        log.warn("A pod's status could not be written", {
          pod: `${namespace}/${name}`,
          error: String(error),
        });
        isDirty = true;
        await delay(1_000, undefined, { ref: false });
      }
    }
  };
  const work = async (): Promise<void> => {
    // What changes in the same turn of the event loop goes out together.
    await Promise.resolve();
    while (isDirty && !isOver) {
      isDirty = false;
      await writeOnce();
    }
    running = undefined;
  };

  return {
    publish() {
      isDirty = true;
      if (!isOver) running ??= work();
    },
    flush: async () => running,
    dispose: () => {
      isOver = true;
    },
  };
}

import { type ApiClient, type KubeObject, type Log, makeInformer } from "../client/index.ts";

/** Resolves as soon as an object exists in another version than the one seen, or at the signal. */
export async function awaitObjectChange(
  { client, log }: { client: ApiClient; log: Log },
  awaited: { path: string; name: string; seenVersion?: string },
  signal: AbortSignal,
): Promise<void> {
  const changed = Promise.withResolvers<void>();
  if (signal.aborted) return;
  signal.addEventListener("abort", () => changed.resolve(), { once: true });
  const informer = makeInformer<KubeObject>({
    ...{ client, log, path: awaited.path },
    query: { fieldSelector: `metadata.name=${awaited.name}` },
    onChange: (type, { metadata }) => {
      if (type !== "DELETED" && metadata.resourceVersion !== awaited.seenVersion) changed.resolve();
    },
  });
  try {
    await changed.promise;
  } finally {
    informer.dispose();
  }
}

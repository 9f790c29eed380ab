import { K8sError } from "../client/k8s-error.ts";
import { buildRef, kinds } from "../client/kinds.ts";
import type { KubernetesClient, KubernetesObject, ObjectRef } from "../client/kubernetes-client.ts";
import type { DesiredObject, Secret } from "../client/shapes.ts";
import type { Logger } from "../logger.ts";
import type { Caches } from "../reflector/caches.ts";
import { stampDesiredHash } from "./desired-hash.ts";
import { findDifferences } from "./differs.ts";

export interface ObjectWriterOptions {
  client: Pick<KubernetesClient, "find" | "apply" | "delete">;
  caches: Pick<Caches, "of" | "isWatched">;
  /** Awaited right before each write; throws when this worker may no longer write. */
  guard: () => void | Promise<void>;
  log?: Logger;
}

export interface EnsureResult {
  object: KubernetesObject;
  action: "none" | "created" | "updated";
  /** Paths that differed: the drift that was mended. */
  differences: string[];
}

/** Brings objects to their desired state; writes nothing when nothing differs. One per reconcile run. */
export interface ObjectWriter {
  /** How many writes it has made. */
  readonly writes: number;
  /** Throws `K8sError`, or what the guard throws. */
  ensure(desired: DesiredObject): Promise<EnsureResult>;
  ensureAll(desired: DesiredObject[]): Promise<EnsureResult[]>;
  /** Deletes exactly the object given, not a successor of its name; false when it was gone already. */
  remove(object: KubernetesObject): Promise<boolean>;
  /** From the cache, or the API for kinds that are not watched. */
  find<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined>;
  /** A Secret's values in clear, read from the API. */
  findSecret(namespace: string, name: string): Promise<Record<string, string> | undefined>;
}

const maxConflicts = 3;

/** Makes the writer of one run. */
export function makeObjectWriter(options: ObjectWriterOptions): ObjectWriter {
  const { client } = options;
  const run: Run = { ...options, writes: 0 };
  const ensure = (desired: DesiredObject) => ensureObject(run, stampDesiredHash(desired));
  return {
    get writes() {
      return run.writes;
    },
    find: <T extends KubernetesObject>(ref: ObjectRef) => findObject(run, ref) as Promise<T | undefined>,
    ensure,
    ensureAll: (desired) => settleAll(desired.map(ensure)),
    remove: (object) => removeObject(run, object),
    async findSecret(namespace, name) {
      const secret = await client.find<Secret>({ kind: kinds.Secret, namespace, name });
      if (!secret) return undefined;
      const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");
      return Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, text]) => [key, decode(text)]));
    },
  };
}

interface Run extends ObjectWriterOptions {
  writes: number;
}

const cacheOf = ({ caches }: Run, { kind }: ObjectRef) =>
  caches.isWatched(kind) ? caches.of(kind) : undefined;

async function findObject(run: Run, ref: ObjectRef): Promise<KubernetesObject | undefined> {
  const cache = cacheOf(run, ref);
  return cache ? cache.find(ref) : run.client.find(ref);
}

async function ensureObject(run: Run, desired: DesiredObject): Promise<EnsureResult> {
  const ref = buildRef(desired);
  let live = await findObject(run, ref);
  for (let conflicts = 0; ; conflicts += 1) {
    try {
      return await writeOnce(run, desired, live);
    } catch (error) {
      if (conflicts >= maxConflicts || !isBehind(error, live)) throw error;
      live = await refresh(run, ref);
    }
  }
}

/** The decision rested on an object that has changed or gone since. */
function isBehind(error: unknown, live: KubernetesObject | undefined): boolean {
  return error instanceof K8sError && (error.isConflict || (error.isNotFound && live !== undefined));
}

async function refresh(run: Run, ref: ObjectRef): Promise<KubernetesObject | undefined> {
  const live = await run.client.find(ref);
  if (live) cacheOf(run, ref)?.remember(live);
  else cacheOf(run, ref)?.forget(ref);
  return live;
}

/** Carries the version that was decided on, and the uid, without which an apply would bring back what is gone: a late writer gets 409, and then meets the guard. */
async function writeOnce(run: Run, desired: DesiredObject, live?: KubernetesObject): Promise<EnsureResult> {
  const differences = live ? findDifferences(desired, live) : [];
  if (live && differences.length === 0) return { object: live, action: "none", differences };
  const version = live
    ? { uid: live.metadata.uid ?? "", resourceVersion: live.metadata.resourceVersion ?? "" }
    : {};
  await run.guard();
  const object = await run.client.apply({ ...desired, metadata: { ...desired.metadata, ...version } });
  run.writes += 1;
  cacheOf(run, buildRef(object))?.remember(object);
  if (!live) return { object, action: "created", differences };
  const { namespace, name } = object.metadata;
  run.log?.info({ kind: object.kind, namespace, name, differences }, "mended an object");
  return { object, action: "updated", differences };
}

async function removeObject(run: Run, object: KubernetesObject): Promise<boolean> {
  const ref = buildRef(object);
  const { uid } = object.metadata;
  await run.guard();
  const wasThere = await run.client.delete(ref, uid ? { uid } : undefined);
  run.writes += 1;
  if (!wasThere) cacheOf(run, ref)?.forget(ref);
  return wasThere;
}

/** Waits for all, so that nothing is still being written when the first failure is thrown. */
async function settleAll<T>(promises: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

import { kinds } from "../client/kinds.ts";
import type { KubernetesClient } from "../client/kubernetes-client.ts";
import type { Namespace, Pod } from "../client/shapes.ts";
import type { Caches } from "../reflector/caches.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { done, type Outcome, waitFor } from "./phase.ts";

/** What the deletion of a namespace needs. */
export interface DeletionContext {
  namespace: string;
  client: Pick<KubernetesClient, "find">;
  caches: Caches;
  writer: ObjectWriter;
}

const recheckMs = 2_000;

// A tenant's own server, the Job of its template and probes of its isolation go with the namespace, volume and all.
const goneWithNamespace = new Set(["database", "job", "probe"]);
const usesDatabase = ({ metadata }: Pod) =>
  !goneWithNamespace.has(metadata.labels?.["app.kubernetes.io/component"] ?? "");

/** Deletes the Deployments and waits until no pod is left, so that nobody uses the database any more. */
export async function stopWorkload({ namespace, caches, writer }: DeletionContext): Promise<Outcome> {
  for (const deployment of caches.of(kinds.Deployment).list(namespace)) {
    if (!deployment.metadata.deletionTimestamp) await writer.remove(deployment);
  }
  const pods = caches.of<Pod>(kinds.Pod).list(namespace).filter(usesDatabase);
  const isRunning = caches.of(kinds.Deployment).list(namespace).length + pods.length > 0;
  return isRunning ? waitFor("Waiting until its processes have ended.", recheckMs) : done;
}

/** Deletes the namespace with all that is in it; done when it is gone, by the API's own word. */
export async function deleteNamespace(context: DeletionContext): Promise<Outcome> {
  const { namespace, client, caches, writer } = context;
  const ref = { kind: kinds.Namespace, name: namespace };
  const live = caches.of(kinds.Namespace).find(ref) ?? (await client.find(ref));
  if (!live) return done;
  if (!live.metadata.deletionTimestamp && !(await writer.remove(live))) return done;
  return waitFor(
    findDeletionObstacle(live as Namespace) ?? "Waiting until the namespace is gone.",
    recheckMs,
  );
}

const obstacleConditions = [
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceFinalizersRemaining",
];

/** What keeps a namespace that is being deleted, and what to do; undefined while nothing does. */
export function findDeletionObstacle({ metadata, status }: Namespace): string | undefined {
  if (!metadata.deletionTimestamp) return undefined;
  const own = metadata.finalizers ?? [];
  const told = (status?.conditions ?? []).filter(
    ({ type, status: isTrue }) => isTrue === "True" && obstacleConditions.includes(type),
  );
  const causes = [
    ...(own.length > 0 ? [`it has the finalizers ${own.join(", ")}`] : []),
    ...told.map(({ message, reason }) => message || reason || ""),
  ];
  if (causes.length === 0) return undefined;
  return (
    `The namespace ${metadata.name} cannot go yet: ${causes.join("; ")}. ` +
    "Whoever set a finalizer removes it; if they are gone, remove it by hand. The deletion then goes on."
  );
}

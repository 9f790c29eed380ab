import { kinds } from "../client/kinds.ts";
import type { DesiredObject, PersistentVolumeClaim, StatefulSet } from "../client/shapes.ts";
import type { Caches } from "../reflector/caches.ts";
import type { PostgresServerObjects } from "../resources/postgres-server.ts";
import { parseQuantity } from "../resources/quantities.ts";
import { evaluatePool } from "./evaluate-pool.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { done, type Outcome, waitFor } from "./phase.ts";
import { takeSnapshot } from "./snapshot.ts";

const recheckMs = 2_000;

/** Writes a PostgreSQL server of either kind: its Secret first. Its volume grows with it and never shrinks. */
export async function ensureServerObjects(
  writer: ObjectWriter,
  { secret, workload }: PostgresServerObjects,
): Promise<void> {
  await writer.ensure(secret);
  for (const object of workload) {
    await writer.ensure(object.kind === kinds.StatefulSet.kind ? await keepClaim(writer, object) : object);
  }
}

type Claim = PersistentVolumeClaim & DesiredObject;
type Server = DesiredObject & { spec: NonNullable<StatefulSet["spec"]> & { volumeClaimTemplates: Claim[] } };

const storageOf = (claim: PersistentVolumeClaim | undefined) => claim?.spec?.resources?.requests?.storage;
const bytesOf = (storage: string | undefined) => parseQuantity(storage ?? "0") ?? 0;

/** Kubernetes refuses another size in a StatefulSet that exists: what it made grows instead. */
async function keepClaim(writer: ObjectWriter, object: DesiredObject): Promise<DesiredObject> {
  const desired = object as Server;
  const { name, namespace = "" } = object.metadata;
  const live = await writer.find<Server>({ kind: kinds.StatefulSet, name, namespace });
  const [template] = desired.spec.volumeClaimTemplates;
  const storage = storageOf(live?.spec.volumeClaimTemplates?.[0]);
  if (template === undefined || storage === undefined) return object;
  const ref = { kind: kinds.PersistentVolumeClaim, name: `${template.metadata.name}-${name}-0`, namespace };
  const claim = await writer.find<PersistentVolumeClaim>(ref);
  if (claim && bytesOf(storageOf(claim)) < bytesOf(storageOf(template))) {
    const metadata = { ...template.metadata, name: ref.name, namespace };
    await writer.ensure({ ...template, metadata });
  }
  const kept = { ...template, spec: { ...template.spec, resources: { requests: { storage } } } };
  return { ...desired, spec: { ...desired.spec, volumeClaimTemplates: [kept] } } as DesiredObject;
}

/** Waits until the server of a namespace accepts connections, with the reason why it does not. */
export async function awaitServer({ caches }: { caches: Caches }, namespace: string): Promise<Outcome> {
  const evaluation = evaluatePool(takeSnapshot(caches, namespace));
  if (evaluation.kind === "ready") return done;
  const message = evaluation.kind === "failing" ? evaluation.problem.message : evaluation.message;
  return waitFor(message, recheckMs);
}

import type { Caches } from "../reflector/caches.ts";
import { buildPoolNamespace, buildPoolObjects, type PoolObjectsInput } from "../resources/pool-objects.ts";
import { evaluatePool } from "./evaluate-pool.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { ensureOwnNamespace } from "./own-namespace.ts";
import { done, type Outcome, waitFor } from "./phase.ts";
import { takeSnapshot } from "./snapshot.ts";

/** What the phases of a PostgreSQL server need. */
export interface PoolPhaseContext extends PoolObjectsInput {
  caches: Caches;
  writer: ObjectWriter;
}

const recheckMs = 2_000;

/** Creates the namespace and the platform's rights in it; the Secret can be read from then on. */
export async function ensurePoolNamespace(
  context: Pick<PoolPhaseContext, "name" | "settings" | "writer">,
): Promise<Outcome> {
  await ensureOwnNamespace(context.writer, buildPoolNamespace(context.name), context.settings);
  return done;
}

/** Writes all objects of the server, in the order in which they depend on each other. */
export async function ensurePool(context: PoolPhaseContext): Promise<Outcome> {
  const { isolation, secret, workload } = buildPoolObjects(context);
  await context.writer.ensureAll([...isolation, secret]);
  await context.writer.ensureAll(workload);
  return done;
}

/** Waits until the server accepts connections, with the reason why it does not. */
export async function awaitPool({ caches, name }: PoolPhaseContext): Promise<Outcome> {
  const evaluation = evaluatePool(takeSnapshot(caches, name));
  if (evaluation.kind === "ready") return done;
  const message = evaluation.kind === "failing" ? evaluation.problem.message : evaluation.message;
  return waitFor(message, recheckMs);
}

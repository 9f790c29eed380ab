import type { Caches } from "../reflector/caches.ts";
import { buildPoolNamespace, buildPoolObjects, type PoolObjectsInput } from "../resources/pool-objects.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { ensureOwnNamespace } from "./own-namespace.ts";
import { done, type Outcome } from "./phase.ts";
import { awaitServer, ensureServerObjects } from "./server-phases.ts";

/** What the phases of a PostgreSQL server need. */
export interface PoolPhaseContext extends PoolObjectsInput {
  caches: Caches;
  writer: ObjectWriter;
}

/** Creates the namespace and the platform's rights in it; the Secret can be read from then on. */
export async function ensurePoolNamespace(
  context: Pick<PoolPhaseContext, "name" | "settings" | "writer">,
): Promise<Outcome> {
  await ensureOwnNamespace(context.writer, buildPoolNamespace(context.name), context.settings);
  return done;
}

/** Writes all objects of the server, in the order in which they depend on each other. */
export async function ensurePool(context: PoolPhaseContext): Promise<Outcome> {
  const { isolation, ...server } = buildPoolObjects(context);
  await context.writer.ensureAll(isolation);
  await ensureServerObjects(context.writer, server);
  return done;
}

/** Waits until the server accepts connections, with the reason why it does not. */
export const awaitPool = ({ caches, name }: PoolPhaseContext): Promise<Outcome> =>
  awaitServer({ caches }, name);

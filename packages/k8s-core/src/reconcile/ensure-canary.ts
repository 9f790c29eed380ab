import type { Namespace } from "../client/shapes.ts";
import { buildCanaryNamespace, buildCanaryPolicy } from "../resources/canary-objects.ts";
import type { ClusterSettings } from "../resources/cluster-settings.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { ensureOwnNamespace } from "./own-namespace.ts";
import { done, type Outcome, waitFor } from "./phase.ts";

/** The namespace of the canary, the platform's rights in it, and its policy. */
export async function ensureCanary(context: {
  writer: ObjectWriter;
  settings: ClusterSettings;
}): Promise<Outcome> {
  const { writer, settings } = context;
  const namespace: Namespace = await ensureOwnNamespace(writer, buildCanaryNamespace(), settings);
  if (namespace.metadata.deletionTimestamp || namespace.status?.phase === "Terminating") {
    return waitFor("The canary's namespace is still being deleted.", 2_000);
  }
  await writer.ensure(buildCanaryPolicy());
  return done;
}

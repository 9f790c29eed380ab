import { setTimeout as delay } from "node:timers/promises";
import { K8sError } from "../client/k8s-error.ts";
import type { KubernetesObject } from "../client/kubernetes-client.ts";
import type { DesiredObject } from "../client/shapes.ts";
import type { ClusterSettings } from "../resources/cluster-settings.ts";
import { buildRoleBinding } from "../resources/role-binding.ts";
import type { ObjectWriter } from "./object-writer.ts";

// The API server's authorizer learns of a new binding by a watch of its own.
const effectiveWithinMs = 2_000;
const askAgainMs = 20;

/** Creates a namespace and, where rights are bound one by one, binds the platform's own in it. */
export async function ensureOwnNamespace(
  writer: ObjectWriter,
  desired: DesiredObject,
  settings: ClusterSettings,
): Promise<KubernetesObject> {
  const { object } = await writer.ensure(desired);
  const binding = buildRoleBinding(desired, settings);
  if (binding === undefined || object.metadata.deletionTimestamp) return object;
  const { action } = await writer.ensure(binding);
  if (action === "created") await untilEffective(writer, desired.metadata.name);
  return object;
}

async function untilEffective(writer: ObjectWriter, namespace: string): Promise<void> {
  const deadlineMs = performance.now() + effectiveWithinMs;
  for (;;) {
    try {
      await writer.findSecret(namespace, "any");
      return;
    } catch (error) {
      const isTooEarly = error instanceof K8sError && error.isForbidden && performance.now() < deadlineMs;
      if (!isTooEarly) throw error;
    }
    await delay(askAgainMs);
  }
}

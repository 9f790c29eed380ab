import type { Deployment, Pod } from "../client/shapes.ts";
import { type ConditionInput, setCondition, statusOf } from "../tenant/conditions.ts";
import { namesOf } from "../tenant/names.ts";
import type { Condition, TenantSpec } from "../tenant/tenant.ts";
import { findControllerProblem, findPodProblem, type Problem } from "./find-problem.ts";
import type { Snapshot } from "./snapshot.ts";

export interface EvaluateInput {
  tenant: Pick<TenantSpec, "runState" | "generation">;
  /** The application's name. */
  application: string;
  snapshot: Snapshot;
  /** The conditions so far; kept where nothing is said about them. */
  previous: Condition[];
  now: Date;
}

interface Verdict {
  isAvailable: boolean;
  isProgressing: boolean;
  isReady: boolean;
  reason: string;
  message: string;
}

/** The conditions `WorkloadAvailable`, `Progressing` and `Ready` as the cluster shows them. */
export function evaluateInstance({
  tenant,
  application,
  snapshot,
  previous,
  now,
}: EvaluateInput): Condition[] {
  const { workload } = namesOf(application);
  const deployment = snapshot.deployments.find(({ metadata }) => metadata.name === workload);
  const pods = snapshot.pods.filter(
    ({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === application,
  );
  const { reason, message, ...verdict } = judge(tenant, deployment, pods);
  const shared = { reason, message, observedGeneration: tenant.generation };
  const inputs: ConditionInput[] = [
    { type: "WorkloadAvailable", status: statusOf(verdict.isAvailable), ...shared },
    { type: "Progressing", status: statusOf(verdict.isProgressing), ...shared },
    { type: "Ready", status: statusOf(verdict.isReady), ...shared },
  ];
  return inputs.reduce((conditions, input) => setCondition(conditions, input, now), previous);
}

function judge(tenant: EvaluateInput["tenant"], deployment: Deployment | undefined, pods: Pod[]): Verdict {
  const down = { isAvailable: false, isReady: false };
  if (!deployment) {
    return { ...down, isProgressing: true, reason: "WorkloadMissing", message: "Not created yet." };
  }
  if (tenant.runState === "Stopped") return judgeStopping(pods);
  const { isAvailable, isUpdated, isReplacing } = readRollout(deployment);
  if (isAvailable && isUpdated) {
    return { isAvailable, isProgressing: false, isReady: true, reason: "Available", message: "" };
  }
  const problem = findProblem(deployment, pods);
  if (problem) return { isAvailable, isReady: false, isProgressing: false, ...problem };
  const message = isReplacing ? "Being restarted with its new configuration." : "Waiting until it answers.";
  return { isAvailable, isReady: false, isProgressing: true, reason: "Starting", message };
}

function judgeStopping(pods: Pod[]): Verdict {
  const isStopped = pods.length === 0;
  return {
    isAvailable: false,
    isReady: false,
    isProgressing: !isStopped,
    reason: isStopped ? "Stopped" : "Stopping",
    message: isStopped ? "" : "Waiting until its process has ended.",
  };
}

/** Only what the controller says about the newest specification counts. */
function readRollout({ metadata, spec, status }: Deployment) {
  const wanted = spec?.replicas ?? 1;
  const replicas = status?.replicas ?? 0;
  const updated = status?.updatedReplicas ?? 0;
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const isAvailable = wanted > 0 && (status?.availableReplicas ?? 0) >= wanted;
  const isUpdated = isObserved && updated === wanted && replicas === wanted;
  // At a first start there is nothing older that could be replaced.
  const isReplacing = replicas > (isObserved ? updated : 0);
  return { isAvailable, isUpdated, isReplacing };
}

function findProblem(deployment: Deployment, pods: Pod[]): Problem | undefined {
  const alive = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  for (const pod of alive) {
    const problem = findPodProblem(pod);
    if (problem) return problem;
  }
  return findControllerProblem(deployment.status?.conditions);
}

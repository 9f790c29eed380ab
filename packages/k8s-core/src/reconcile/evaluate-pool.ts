import type { Job } from "../client/shapes.ts";
import { postgresName } from "../tenant/names.ts";
import { findPodProblem, type Problem } from "./find-problem.ts";
import type { Snapshot } from "./snapshot.ts";

export type Evaluation =
  | { kind: "ready" }
  | { kind: "starting"; message: string }
  | { kind: "failing"; problem: Problem };

/** Whether a PostgreSQL server accepts connections. */
export function evaluatePool(snapshot: Snapshot): Evaluation {
  const server = snapshot.statefulSets.find(({ metadata }) => metadata.name === postgresName);
  if (!server) return { kind: "starting", message: "Not created yet." };
  const isObserved = (server.status?.observedGeneration ?? 0) >= (server.metadata.generation ?? 0);
  if (isObserved && (server.status?.readyReplicas ?? 0) >= 1) return { kind: "ready" };
  const pods = snapshot.pods.filter(
    (pod) => pod.metadata.labels?.["app.kubernetes.io/name"] === postgresName,
  );
  for (const pod of pods) {
    const problem = findPodProblem(pod);
    if (problem) return { kind: "failing", problem };
  }
  return { kind: "starting", message: "Waiting until PostgreSQL accepts connections." };
}

export type JobEvaluation =
  | { kind: "missing" }
  | { kind: "running"; problem: Problem | undefined }
  | { kind: "succeeded"; job: Job }
  | { kind: "failed"; job: Job; problem: Problem };

/** How far a Job is; `failed` is final, `running` may carry a problem that can still pass. */
export function evaluateJob(snapshot: Snapshot, name: string): JobEvaluation {
  const job = snapshot.jobs.find(({ metadata }) => metadata.name === name);
  if (!job) return { kind: "missing" };
  const findCondition = (type: string) =>
    job.status?.conditions?.find((condition) => condition.type === type && condition.status === "True");
  if (findCondition("Complete")) return { kind: "succeeded", job };
  const pods = snapshot.pods.filter((pod) => pod.metadata.labels?.["batch.kubernetes.io/job-name"] === name);
  const problem = pods.map(findPodProblem).find((found) => found !== undefined);
  const failed = findCondition("Failed");
  if (!failed) return { kind: "running", problem };
  const final = { reason: failed.reason ?? "JobFailed", message: failed.message ?? "The Job failed." };
  return { kind: "failed", job, problem: problem ?? final };
}

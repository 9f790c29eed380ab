import type { Job, Pod } from "../../client/kube-types.ts";
import type { Cluster } from "../cluster.ts";
import { findControllerKey, isControlledBy, keyOf, splitKey } from "../pod-state.ts";
import { buildControllerReference, buildPod, randomSuffix, stableJson } from "../pod-template.ts";
import type { WorkQueue } from "../work-queue.ts";
import { findEnd, planJob } from "./job-plan.ts";

const buildJobPod = (job: Job): Pod => {
  const { name, namespace = "", uid = "" } = job.metadata;
  return buildPod({
    template: job.spec.template,
    name: `${name}-${randomSuffix()}`,
    namespace,
    owner: buildControllerReference("batch/v1", "Job", job),
    labels: {
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": name,
      "controller-uid": uid,
      "job-name": name,
    },
  });
};

/** Runs each Job's pods to the end: retries, deadlines, and its removal afterwards. */
export function makeJobController(cluster: Cluster): WorkQueue {
  const { jobs, pods } = cluster;
  const recordEvent = cluster.recorder("job-controller");
  const tell = (job: Job, type: "Normal" | "Warning", [reason, message]: [string, string]): void =>
    recordEvent({ about: jobs.refer(job), type, reason, message });

  const announceEnd = (before: Job, after: Job): void => {
    const end = findEnd(before) ? undefined : findEnd(after);
    if (end?.type === "Complete") tell(after, "Normal", ["Completed", "Job completed"]);
    else if (end) tell(after, "Warning", [end.reason ?? "Failed", end.message ?? ""]);
  };

  const applyPods = async (job: Job, createPods: number): Promise<void> => {
    for (let made = 0; made < createPods; made++) {
      try {
        const pod = await pods.create(buildJobPod(job));
        tell(job, "Normal", ["SuccessfulCreate", `Created pod: ${pod.metadata.name}`]);
      } catch (error) {
        const message = String(error instanceof Error ? error.message : error).replace(/-[a-z0-9]{5}"/, '-"');
        tell(job, "Warning", ["FailedCreate", `Error creating: ${message}`]);
        throw error;
      }
    }
  };

  const reconcile = async (key: string): Promise<number | undefined> => {
    const job = jobs.get(...splitKey(key));
    if (!job || job.metadata.deletionTimestamp) return;
    const owned = pods.list(job.metadata.namespace).filter((pod) => isControlledBy(pod, job));
    const plan = planJob(job, owned, cluster.nowMs());
    if (plan.isExpired) {
      await jobs.remove(job);
      return;
    }
    // The verdict is written before pods are touched, so that a crash in between cannot change it.
    if (stableJson(plan.status) !== stableJson(job.status)) {
      announceEnd(job, await jobs.updateStatus({ ...job, status: plan.status }));
    }
    for (const pod of plan.removePods) await pods.remove(pod);
    await applyPods(job, plan.createPods);
    return plan.againAfterMs;
  };

  const queue = cluster.makeQueue("job", reconcile);
  jobs.listen((_type, job) => queue.add(keyOf(job)));
  pods.listen((_type, pod) => {
    const key = findControllerKey(pod, "Job");
    if (key) queue.add(key);
  });
  return queue;
}

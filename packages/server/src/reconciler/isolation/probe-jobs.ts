import {
  buildProbeJob,
  evaluateJob,
  isProbe,
  K8sError,
  kinds,
  labelKeys,
  type ObjectWriter,
  type Pod,
  type ProbeJobInput,
  probeResultPath,
  takeSnapshot,
} from "@odoo-saas/k8s-core";
import { z } from "zod";
import type { Cluster } from "../../adapters/kubernetes/cluster.ts";
import { buildArguments } from "../../probe/arguments.ts";
import { type ProbeFindings, type ProbeTarget, probeCommand, tokenPath } from "../../probe/protocol.ts";
import type { Fault } from "./observations.ts";

/** Who makes probes, and where it sees them. */
export interface ProbeMaker {
  cluster: Pick<Cluster, "caches">;
  writer: ObjectWriter;
  image: string;
}

export type ProbeJob = Pick<ProbeJobInput, "namespace" | "name" | "probe" | "tenantId" | "canary"> & {
  targets: ProbeTarget[];
  settleMs: number;
};

export type ProbeState = { kind: "running" } | { kind: "ended"; findings: ProbeFindings | Fault };

const findingsSchema = z.object({
  hasToken: z.boolean(),
  results: z.array(
    z.object({
      name: z.string(),
      outcome: z.enum(["ANSWERED", "REFUSED", "TIMED_OUT", "UNREACHABLE", "FAILED"]),
      detail: z.string(),
      durationMs: z.number(),
    }),
  ),
});

/** Starts the probe unless it is there, and tells how far it is. What cannot be started has ended with a fault. */
export async function runProbe(maker: ProbeMaker, job: ProbeJob): Promise<ProbeState> {
  const { targets, settleMs, ...names } = job;
  const args = buildArguments({
    ...{ targets, settleMs, tokenPath, resultPath: probeResultPath },
    listen: undefined,
  });
  try {
    await ensureJob(maker, { ...names, ...common(maker), args });
  } catch (error) {
    if (!(error instanceof K8sError) || error.isTransient) throw error;
    return ended(`The cluster refused the probe's pod (${error.code} ${error.reason}).`);
  }
  return readProbe(maker, job);
}

const common = ({ image }: ProbeMaker) => ({ image, command: probeCommand });
const ended = (fault: string): ProbeState => ({ kind: "ended", findings: { fault } });

// What a Job runs never changes: one that is there is left alone.
async function ensureJob({ cluster, writer }: ProbeMaker, input: ProbeJobInput): Promise<void> {
  if (cluster.caches.of(kinds.Job).find(input)) return;
  await writer.ensure(buildProbeJob(input));
}

function readProbe({ cluster }: ProbeMaker, { namespace, name }: ProbeJob): ProbeState {
  const snapshot = takeSnapshot(cluster.caches, namespace);
  const evaluation = evaluateJob(snapshot, name);
  const pod = snapshot.pods.find(
    ({ metadata }) => metadata.labels?.["batch.kubernetes.io/job-name"] === name,
  );
  const terminated = pod?.status?.containerStatuses?.[0]?.state?.terminated;
  if (terminated) return { kind: "ended", findings: parseFindings(terminated.message) };
  if (evaluation.kind === "failed")
    return ended(`The probe's pod did not run: ${evaluation.problem.message}`);
  // The pod of a Job that has succeeded is seen a moment later, or was removed by somebody.
  return { kind: "running" };
}

/** Reads what a probe's pod has left; anything else is a fault. */
export function parseFindings(message: string | undefined): ProbeFindings | Fault {
  try {
    return findingsSchema.parse(JSON.parse(message ?? ""));
  } catch {
    return { fault: "The probe's pod left no result." };
  }
}

/** The address of a pod that listens, once it answers there; starts it unless it is there. */
export async function ensureListener(
  maker: ProbeMaker,
  input: Pick<ProbeJobInput, "namespace" | "name" | "probe" | "canary"> & { port: number },
): Promise<string | undefined> {
  const { port, ...names } = input;
  const listen = { host: "$(POD_IP)", port };
  const none = { targets: [], settleMs: 0, tokenPath: "", resultPath: "" };
  const args = buildArguments({ ...none, listen });
  await ensureJob(maker, { ...names, ...common(maker), args, listenPort: port });
  const pods = maker.cluster.caches.of<Pod>(kinds.Pod).list(input.namespace);
  const pod = pods.find(({ metadata }) => metadata.labels?.["batch.kubernetes.io/job-name"] === input.name);
  const isReady = pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return isReady ? pod?.status?.podIP : undefined;
}

/** Removes the Jobs of a probing that has ended, or of one that was killed, but for those to keep. */
export async function removeProbes(
  { cluster, writer }: Omit<ProbeMaker, "image">,
  { namespaces, probe, keep = [] }: { namespaces: string[]; probe: string; keep?: string[] },
): Promise<void> {
  for (const namespace of namespaces) {
    for (const job of cluster.caches.of(kinds.Job).list(namespace)) {
      const { labels, name, deletionTimestamp } = job.metadata;
      const isLeftover = isProbe(job) && labels?.[labelKeys.probe] === probe && !keep.includes(name);
      if (isLeftover && !deletionTimestamp) await writer.remove(job);
    }
  }
}

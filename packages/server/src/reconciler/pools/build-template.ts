import { randomBytes } from "node:crypto";
import {
  buildJobObjects,
  evaluateJob,
  type JobEvaluation,
  kinds,
  placeOfPool,
  type TemplateSpec,
  takeSnapshot,
} from "@odoo-saas/k8s-core";
import { type TemplateState, templateOwner } from "../../core/postgres-servers.ts";
import type { TemplateStateName } from "../../database/tables.ts";
import { inPoolSession, type ServerRun } from "./pool-run.ts";

/** A template that is wanted. */
export interface Template {
  spec: TemplateSpec;
  /** Of the database. */
  name: string;
}

/** How far a build is, with the reason when it has a problem. */
export interface BuildStep {
  state: Extract<TemplateStateName, "BUILDING" | "READY" | "FAILED">;
  message: string;
}

/** Name of the Job that builds a template, and of its Secret and ConfigMap. */
export const jobNameOf = (templateName: string): string => templateName.replaceAll("_", "-");

const retryFailedAfterMs = 300_000;
const logLines = 20;

/** One step of a build: starts the Job, looks at it, or ends it. */
export async function buildTemplate(
  run: ServerRun,
  template: Template,
  state: TemplateState | undefined,
): Promise<BuildStep> {
  const snapshot = takeSnapshot(run.reconciler.cluster.caches, run.pool.name);
  const evaluation = evaluateJob(snapshot, jobNameOf(template.name));
  switch (evaluation.kind) {
    case "missing":
      await startJob(run, template);
      return { state: "BUILDING", message: "" };
    case "failed":
      return failOrStartOver(run, template, evaluation);
    case "succeeded":
      if (state === "BUILDING") return finishTemplate(run, template);
      await run.writer.remove(evaluation.job); // its database is gone: once more from the beginning
      return { state: "BUILDING", message: "" };
    case "running":
      return { state: "BUILDING", message: evaluation.problem?.message ?? "" };
  }
}

// Whatever an earlier Job left in the database cannot be trusted: a Job always begins with an empty one.
async function startJob(run: ServerRun, { spec, name }: Template): Promise<void> {
  const { application, postgresServers, log } = run.reconciler;
  const password = randomBytes(24).toString("base64url");
  const missing = await inPoolSession(run, (session) =>
    session.beginTemplate({ name, extensions: application.databaseExtensions, ownerPassword: password }),
  );
  if (missing.length > 0) log.warn({ pool: run.pool.name, missing }, "the server lacks extensions");
  const login = { database: name, user: templateOwner, password };
  const database = postgresServers.buildAccess(run.pool, login);
  const container = application.buildTemplateJob({ template: spec, database });
  const place = run.place ?? placeOfPool(run.pool.name);
  const priorityClass = run.reconciler.settings.cluster.priorityClasses?.pool;
  const objects = buildJobObjects(place, { name: jobNameOf(name), container, priorityClass });
  for (const object of objects) await run.writer.ensure(object);
}

async function finishTemplate(run: ServerRun, { name }: Template): Promise<BuildStep> {
  await inPoolSession(run, (session) => session.finishTemplate(name));
  await removeLeftovers(run, jobNameOf(name));
  return { state: "READY", message: "" };
}

/** The Job's objects. The Secret before the ConfigMap, which is watched and so tells that something may be left. */
export async function removeLeftovers(
  { reconciler, pool, writer }: ServerRun,
  jobName: string,
): Promise<void> {
  const { caches } = reconciler.cluster;
  const key = { namespace: pool.name, name: jobName };
  if (!caches.of(kinds.Job).find(key) && !caches.of(kinds.ConfigMap).find(key)) return;
  for (const kind of [kinds.Job, kinds.Secret, kinds.ConfigMap]) {
    const leftover = await writer.find({ kind, ...key });
    if (leftover && !leftover.metadata.deletionTimestamp) await writer.remove(leftover);
  }
}

async function failOrStartOver(
  run: ServerRun,
  { spec, name }: Template,
  { job, problem }: Extract<JobEvaluation, { kind: "failed" }>,
): Promise<BuildStep> {
  const startedAtMs = Date.parse(job.metadata.creationTimestamp ?? "") || 0;
  if (run.reconciler.clock.now().getTime() - startedAtMs > retryFailedAfterMs) {
    await run.writer.remove(job);
    return { state: "BUILDING", message: "" };
  }
  const log = await readLogTail(run, jobNameOf(name));
  return {
    state: "FAILED",
    message:
      `The template for version ${spec.version}, ${spec.bundle}, could not be built: ${problem.message} ` +
      `Mend the cause and delete the Job ${jobNameOf(name)} in ${run.pool.name}, or wait five minutes. Its log ended:\n${log}`,
  };
}

async function readLogTail({ reconciler, pool }: ServerRun, jobName: string): Promise<string> {
  const { client, caches } = reconciler.cluster;
  const pod = takeSnapshot(caches, pool.name).pods.find(
    ({ metadata }) => metadata.labels?.["batch.kubernetes.io/job-name"] === jobName,
  );
  if (pod === undefined) return "(its pod is gone)";
  try {
    return await client.readLog({ namespace: pool.name, pod: pod.metadata.name, tailLines: logLines });
  } catch (error) {
    return `(not readable: ${(error as Error).message})`;
  }
}

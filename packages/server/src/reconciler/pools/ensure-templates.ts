import { randomBytes } from "node:crypto";
import {
  buildJobObjects,
  done,
  evaluateJob,
  type JobEvaluation,
  kinds,
  type ObjectWriter,
  type Outcome,
  type Place,
  placeOfPool,
  type TemplateSpec,
  TerminalError,
  takeSnapshot,
  waitFor,
} from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import { type ServerSession, type TemplateState, templateOwner } from "../../core/postgres-servers.ts";
import type { ReconcilerContext } from "../context.ts";
import { templateNameOf, templatesOf } from "../templates.ts";
import type { PoolRecord } from "./pool-record.ts";

/** One run over a pool. */
export interface PoolRun {
  reconciler: ReconcilerContext;
  lease: Lease;
  pool: PoolRecord;
  writer: ObjectWriter;
}

interface Template {
  spec: TemplateSpec;
  /** Of the database. */
  name: string;
  /** Of the Job and its Secret and ConfigMap. */
  jobName: string;
}

const recheckMs = 2_000;
const retryFailedAfterMs = 300_000;
const logLines = 20;

/** Builds the templates that are missing, one at a time. */
export async function ensureTemplates(run: PoolRun): Promise<Outcome> {
  const { application, postgresServers } = run.reconciler;
  const states = await postgresServers.findTemplates(run.pool);
  for (const spec of templatesOf(application)) {
    const name = templateNameOf(application, spec);
    const template = { spec, name, jobName: name.replaceAll("_", "-") };
    if (states.get(name) === "READY") {
      await removeLeftovers(run, template);
      continue;
    }
    const outcome = await buildTemplate(run, template, states.get(name));
    if (outcome.kind === "wait") return outcome;
  }
  return done;
}

async function buildTemplate(
  run: PoolRun,
  template: Template,
  state: TemplateState | undefined,
): Promise<Outcome> {
  const { spec, jobName } = template;
  const evaluation = evaluateJob(takeSnapshot(run.reconciler.cluster.caches, run.pool.name), jobName);
  switch (evaluation.kind) {
    case "missing":
      await startJob(run, template);
      break;
    case "failed":
      await failOrStartOver(run, template, evaluation);
      break;
    case "succeeded":
      if (state === "BUILDING") return finishTemplate(run, template);
      await run.writer.remove(evaluation.job); // its database is gone: once more from the beginning
      break;
    case "running":
      if (evaluation.problem) return waitFor(evaluation.problem.message, recheckMs);
  }
  return waitFor(`The template for version ${spec.version} is being built.`, recheckMs);
}

const inSession = <T>({ reconciler, pool, lease }: PoolRun, change: (session: ServerSession) => Promise<T>) =>
  reconciler.postgresServers.withSession(pool, { subjectId: pool.id, lease }, change);

// Whatever an earlier Job left in the database cannot be trusted: a Job always begins with an empty one.
async function startJob(run: PoolRun, { spec, name, jobName }: Template): Promise<void> {
  const { application, postgresServers, log } = run.reconciler;
  const password = randomBytes(24).toString("base64url");
  const missing = await inSession(run, (session) =>
    session.beginTemplate({ name, extensions: application.databaseExtensions, ownerPassword: password }),
  );
  if (missing.length > 0) log.warn({ pool: run.pool.name, missing }, "the server lacks extensions");
  const login = { database: name, user: templateOwner, password };
  const database = postgresServers.buildAccess(run.pool, login);
  const container = application.buildTemplateJob({ template: spec, database });
  const place: Place = placeOfPool(run.pool.name);
  const priorityClass = run.reconciler.settings.cluster.priorityClasses?.pool;
  const objects = buildJobObjects(place, { name: jobName, container, priorityClass });
  for (const object of objects) await run.writer.ensure(object);
}

async function finishTemplate(run: PoolRun, template: Template): Promise<Outcome> {
  await inSession(run, (session) => session.finishTemplate(template.name));
  await removeLeftovers(run, template);
  return done;
}

// The Secret before the ConfigMap, which is watched and so tells that something may be left.
async function removeLeftovers({ reconciler, pool, writer }: PoolRun, { jobName }: Template): Promise<void> {
  const { caches } = reconciler.cluster;
  const key = { namespace: pool.name, name: jobName };
  if (!caches.of(kinds.Job).find(key) && !caches.of(kinds.ConfigMap).find(key)) return;
  for (const kind of [kinds.Job, kinds.Secret, kinds.ConfigMap]) {
    const leftover = await writer.find({ kind, ...key });
    if (leftover && !leftover.metadata.deletionTimestamp) await writer.remove(leftover);
  }
}

async function failOrStartOver(
  run: PoolRun,
  { spec, jobName }: Template,
  { job, problem }: Extract<JobEvaluation, { kind: "failed" }>,
): Promise<void> {
  const startedAtMs = Date.parse(job.metadata.creationTimestamp ?? "") || 0;
  if (run.reconciler.clock.now().getTime() - startedAtMs > retryFailedAfterMs) {
    await run.writer.remove(job);
    return;
  }
  const log = await readLogTail(run, jobName);
  throw new TerminalError(
    "TemplateFailed",
    `The template for version ${spec.version} could not be built: ${problem.message} ` +
      `Mend the cause and delete the Job ${jobName} in ${run.pool.name}, or wait five minutes. Its log ended:\n${log}`,
  );
}

async function readLogTail({ reconciler, pool }: PoolRun, jobName: string): Promise<string> {
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

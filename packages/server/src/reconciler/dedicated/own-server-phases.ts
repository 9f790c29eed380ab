import {
  awaitServer,
  buildTenantObjects,
  type Condition,
  done,
  ensureServerObjects,
  type Outcome,
  placeOfDedicatedServer,
  setCondition,
  TerminalError,
  waitFor,
} from "@odoo-saas/k8s-core";
import { buildTemplate, jobNameOf, removeLeftovers } from "../pools/build-template.ts";
import { templateNameOf } from "../templates.ts";
import type { TenantRun } from "../tenants/database-phases.ts";
import { isBeingChanged } from "../tenants/readiness.ts";
import { writeOwnServerStatus } from "./own-server-record.ts";

type Waiting = Extract<Outcome, { kind: "wait" }>;

/** The tenant's own PostgreSQL server: made, up, closed to everybody. Nothing to do on a shared one. */
export async function ensureOwnServer(run: TenantRun): Promise<Outcome> {
  const { reconciler, lease, ownServerRecord: server, writer, caches } = run;
  const objects = buildTenantObjects(run).ownServer;
  if (objects === undefined || server === undefined) return done;
  await ensureServerObjects(writer, objects);
  const outcome = await awaitServer({ caches }, server.name);
  if (outcome.kind === "wait") {
    const problem = { reason: "NotReady", message: outcome.reason };
    await writeOwnServerStatus(reconciler, { lease, server }, problem);
    return tellServerDown(run, outcome);
  }
  await reconciler.postgresServers.prepare(server);
  await writeOwnServerStatus(reconciler, { lease, server });
  run.conditions = judge(run, { isReady: true, message: "" });
  return done;
}

/** The template is made in the tenant's own server, for its own version and bundle. */
export async function ensureOwnTemplate(run: TenantRun): Promise<Outcome> {
  const { reconciler, lease, record, server, writer } = run;
  const spec = { version: record.version, bundle: record.bundle };
  const name = templateNameOf(reconciler.application, spec);
  const place = placeOfDedicatedServer(record.id);
  const serverRun = { reconciler, lease, pool: server, writer, place };
  const state = (await reconciler.postgresServers.findTemplates(server)).get(name);
  if (state === "READY") {
    await removeLeftovers(serverRun, jobNameOf(name));
    return done;
  }
  const step = await buildTemplate(serverRun, { spec, name }, state);
  if (step.state === "READY") return done;
  if (step.state === "BUILDING") return waitFor(step.message || "It is being initialised.", recheckMs);
  // The Job's log is for those who run the platform.
  reconciler.log.error({ tenant: record.id, message: step.message }, "a template cannot be built");
  throw new TerminalError("TemplateFailed", "The database could not be initialised. It is tried again soon.");
}

const recheckMs = 1_000;

function judge(
  { record, tenant, reconciler }: TenantRun,
  { isReady, message }: { isReady: boolean; message: string },
): Condition[] {
  return setCondition(
    record.conditions,
    {
      type: "DatabaseServerReady",
      status: isReady ? "True" : "False",
      reason: isReady ? "Available" : "DatabaseServerNotReady",
      message,
      observedGeneration: tenant.generation,
    },
    reconciler.clock.now(),
  );
}

/** An instance that was ready is degraded while its server is away. */
function tellServerDown(run: TenantRun, outcome: Waiting): Outcome {
  const { record, tenant, journal, reconciler } = run;
  const wasServing = record.state === "RUNNING" || record.state === "DEGRADED";
  if (!wasServing || isBeingChanged(record)) return outcome;
  const message = outcome.reason;
  const stateMessage = `Its database server is not ready: ${message}`;
  const ready = { type: "Ready", status: "False" as const, reason: "DatabaseServerNotReady" };
  const now = reconciler.clock.now();
  const conditions = setCondition(
    judge(run, { isReady: false, message }),
    { ...ready, message: stateMessage, observedGeneration: tenant.generation },
    now,
  );
  const { nodeName, observedGeneration } = record;
  journal.setStatus({ state: "DEGRADED", stateMessage, conditions, nodeName, observedGeneration });
  return { ...outcome, reason: stateMessage };
}

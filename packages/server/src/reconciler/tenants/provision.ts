import {
  done,
  ensureIsolation,
  ensureNamespace,
  ensureRoute,
  ensureSecret,
  ensureWorkload,
  namesOf,
  namespaceOf,
  type ObjectWriter,
  type Outcome,
  type Phase,
  prune,
  runPhases,
  waitFor,
} from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { ReconcilerContext } from "../context.ts";
import { describeOwnServer } from "../dedicated/own-server.ts";
import { ensureOwnServer } from "../dedicated/own-server-phases.ts";
import { findOwnServerRecord } from "../dedicated/own-server-record.ts";
import { placeDedicated } from "../dedicated/place-dedicated.ts";
import { chooseCredentials } from "./credentials.ts";
import { ensureDatabase, ensureIdentity, type TenantRun } from "./database-phases.ts";
import type { Journal } from "./journal.ts";
import { ensurePassword } from "./password-phase.ts";
import { makePhaseJournal } from "./phase-journal.ts";
import { findPlace } from "./placement.ts";
import { passPointOfNoReturn } from "./point-of-no-return.ts";
import { ensureReady } from "./readiness.ts";
import type { PlacementRecord, TenantRecord } from "./tenant-record.ts";
import { buildTenantSpec } from "./tenant-spec.ts";

/** What a run begins with. */
export interface TenantInput {
  reconciler: ReconcilerContext;
  lease: Lease;
  record: TenantRecord;
  journal: Journal;
}

const recheckMs = 1_000;

const beginnings: Phase<TenantInput>[] = [
  { name: "PLACEMENT", run: ensurePlacement },
  { name: "NAMESPACE", run: (input) => ensureNamespace(buildPlace(input)) }, // the Secret can be read from then on
];

const phases = {
  isolation: { name: "ISOLATION", run: ensureIsolation },
  secrets: { name: "SECRETS", run: ensureSecret },
  ownServer: { name: "DATABASE_SERVER", run: ensureChangedServer },
  database: { name: "DATABASE", run: ensureDatabase },
  identity: { name: "IDENTITY", run: ensureIdentity },
  password: { name: "PASSWORD", run: ensurePassword },
  workload: { name: "WORKLOAD", run: ensureChangedWorkload },
  route: { name: "ROUTE", run: ensureRoute },
  ready: { name: "READY", run: ensureReady },
  stopped: { name: "STOPPED", run: ensureReady },
} satisfies Record<string, Phase<TenantRun>>;

/**
 * Brings everything a tenant has to its desired state. A new step is a phase with the step's name, put into one of
 * the stages below; the phases of one list follow each other, the lists of one stage run side by side.
 */
export async function provisionTenant(input: TenantInput): Promise<Outcome> {
  const observer = makePhaseJournal(input.journal);
  const begun = await runPhases(beginnings, input, observer);
  if (begun.kind === "wait") return begun;
  const run = await prepareRun(input);
  const { secrets, isolation, ownServer, database, identity, password, workload, route } = phases;
  const databaseSteps = [...(run.ownServer ? [ownServer] : []), database, identity, password];
  // A server of the tenant's own needs its policies, and room in the quota, before it runs.
  const besideIsolation = run.ownServer ? [[isolation, ...databaseSteps]] : [[isolation], databaseSteps];
  const stages: Phase<TenantRun>[][][] = input.record.isStopped
    ? [[[secrets]], [[isolation], [workload], [route]], [databaseSteps]] // it ends without its database, too
    : [[[secrets]], besideIsolation, [[workload], [route]]]; // the Secret before the role's password
  for (const stage of stages) {
    const outcomes = await settleAll(stage.map((list) => runPhases(list, run, observer)));
    const waiting = outcomes.find((outcome) => outcome.kind === "wait");
    if (waiting) return waiting;
  }
  await prune(run);
  return runPhases([input.record.isStopped ? phases.stopped : phases.ready], run, observer);
}

/** What cannot be taken back begins here: processes are replaced, a volume grows. */
async function ensureChangedWorkload(run: TenantRun): Promise<Outcome> {
  return (await passPointOfNoReturn(run, ["RESTART", "CHANGE_PLAN"])) ? ensureWorkload(run) : waitFor("", 0);
}

async function ensureChangedServer(run: TenantRun): Promise<Outcome> {
  return (await passPointOfNoReturn(run, ["CHANGE_PLAN"])) ? ensureOwnServer(run) : waitFor("", 0);
}

// Waits for all: nothing may still be written when the run has ended.
async function settleAll<T>(promises: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

async function ensurePlacement({ reconciler, lease, record }: TenantInput): Promise<Outcome> {
  if (record.placement !== null) return done;
  if (record.strategy === "DEDICATED") {
    record.placement = (await placeDedicated(reconciler.database, lease, record)) ?? null;
    return record.placement ? done : waitFor("Deciding anew where its database belongs.", recheckMs);
  }
  const place = await findPlace(reconciler, lease, record);
  reconciler.observe("pools"); // one place less, or none
  reconciler.changes.publish("pools");
  if (place === undefined) return waitFor("Waiting for a database server with a free place.", recheckMs);
  record.placement = place;
  return done;
}

/** What is known once the tenant has a place. */
function buildPlace({ reconciler, lease, record }: TenantInput) {
  const { application, cluster, settings } = reconciler;
  return {
    tenant: buildTenantSpec(record, settings),
    application: application.name,
    databaseNamespace: (record.placement as PlacementRecord).serverName,
    settings: settings.cluster,
    caches: cluster.caches,
    writer: cluster.makeWriter(lease),
  };
}

/** What the tenant's own database server is to be; nothing for one on a shared server. */
export async function prepareOwnServer(
  { reconciler, record }: Pick<TenantInput, "reconciler" | "record">,
  writer: ObjectWriter,
) {
  const { serverId, strategy } = record.placement as PlacementRecord;
  const server =
    strategy === "DEDICATED" ? await findOwnServerRecord(reconciler.database, serverId) : undefined;
  if (server === undefined) return { ownServerRecord: undefined };
  const { settings } = reconciler;
  return {
    ownServerRecord: server,
    ownServer: await describeOwnServer({ record, server, settings, writer }),
  };
}

async function prepareRun(input: TenantInput): Promise<TenantRun> {
  const { application, postgresServers } = input.reconciler;
  const { record } = input;
  const placement = record.placement as PlacementRecord;
  const place = buildPlace(input);
  const { tenant, writer } = place;
  const secret = await writer.findSecret(namespaceOf(tenant), namesOf(application.name).workload);
  const { password, secretValues } = chooseCredentials(secret, record.credentialsVersion);
  const { serverId, serverName, databaseName, roleName } = placement;
  const server = { id: serverId, name: serverName };
  const own = await prepareOwnServer(input, writer);
  const access = postgresServers.buildAccess(server, { database: databaseName, user: roleName, password });
  return {
    ...input,
    ...place,
    ...own,
    instance: application.buildInstance({ tenant, database: access }),
    secretValues,
    server,
    access,
    role: {
      tenantId: record.id,
      databaseName,
      roleName,
      password,
      connectionLimit: tenant.budget.connectionLimit,
    },
  };
}

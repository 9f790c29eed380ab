import { randomBytes } from "node:crypto";
import {
  done,
  ensureIsolation,
  ensureNamespace,
  ensureRoute,
  ensureSecret,
  ensureWorkload,
  namesOf,
  namespaceOf,
  type Outcome,
  type Phase,
  prune,
  runPhases,
  TerminalError,
  waitFor,
} from "@odoo-saas/k8s-core";
import type { Lease } from "../../core/lease.ts";
import type { ReconcilerContext } from "../context.ts";
import { ensureDatabase, ensureIdentity, type TenantRun } from "./database-phases.ts";
import type { Journal } from "./journal.ts";
import { makePhaseJournal } from "./phase-journal.ts";
import { findPlace } from "./placement.ts";
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

/** Key of the role's password in the tenant's Secret. */
const passwordKey = "database-password";
const recheckMs = 1_000;

const phases = {
  namespace: { name: "NAMESPACE", run: ensureNamespace },
  isolation: { name: "ISOLATION", run: ensureIsolation },
  secrets: { name: "SECRETS", run: ensureSecret },
  database: { name: "DATABASE", run: ensureDatabase },
  identity: { name: "IDENTITY", run: ensureIdentity },
  workload: { name: "WORKLOAD", run: ensureWorkload },
  route: { name: "ROUTE", run: ensureRoute },
  ready: { name: "READY", run: ensureReady },
} satisfies Record<string, Phase<TenantRun>>;

/**
 * Brings everything a tenant has to its desired state. A new step is a phase with the step's name, put into one of
 * the stages below; the phases of one list follow each other, the lists of one stage run side by side.
 */
export async function provisionTenant(input: TenantInput): Promise<Outcome> {
  const observer = makePhaseJournal(input.journal);
  const placed = await runPhases([{ name: "PLACEMENT", run: ensurePlacement }], input, observer);
  if (placed.kind === "wait") return placed;
  const run = await prepareRun(input);
  const stages: Phase<TenantRun>[][][] = [
    [[phases.namespace, phases.secrets]], // the password is in the Secret before the role gets it
    [[phases.isolation], [phases.database, phases.identity]],
    [[phases.workload], [phases.route]],
  ];
  for (const stage of stages) {
    const outcomes = await settleAll(stage.map((list) => runPhases(list, run, observer)));
    const waiting = outcomes.find((outcome) => outcome.kind === "wait");
    if (waiting) return waiting;
  }
  await prune(run);
  return runPhases([phases.ready], run, observer);
}

// Waits for all: nothing may still be written when the run has ended.
async function settleAll<T>(promises: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

async function ensurePlacement({ reconciler, lease, record }: TenantInput): Promise<Outcome> {
  if (record.placement !== null) return done;
  if (record.strategy === "DEDICATED") {
    throw new TerminalError(
      "PlanNotHosted",
      "This plan needs a server of its own, which cannot be made yet.",
    );
  }
  const place = await findPlace(reconciler.database, lease, record);
  reconciler.observe("pools"); // one place less, or none
  if (place === undefined) return waitFor("Waiting for a database server with a free place.", recheckMs);
  record.placement = place;
  return done;
}

async function prepareRun(input: TenantInput): Promise<TenantRun> {
  const { reconciler, lease, record } = input;
  const { application, cluster, settings, postgresServers } = reconciler;
  const placement = record.placement as PlacementRecord;
  const tenant = buildTenantSpec(record, settings);
  const writer = cluster.makeWriter(lease);
  const secret = await writer.findSecret(namespaceOf(tenant), namesOf(application.name).workload);
  const password = secret?.[passwordKey] ?? randomBytes(24).toString("base64url");
  const { serverId, serverName, databaseName, roleName } = placement;
  const server = { id: serverId, name: serverName };
  const access = postgresServers.buildAccess(server, { database: databaseName, user: roleName, password });
  return {
    ...input,
    tenant,
    application: application.name,
    instance: application.buildInstance({ tenant, database: access }),
    databaseNamespace: serverName,
    secretValues: { [passwordKey]: password },
    settings: settings.cluster,
    caches: cluster.caches,
    writer,
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

import { canaryNamespace, namesOf, namespaceOf } from "@odoo-saas/k8s-core";
import { messageOf } from "../../core/errors.ts";
import type { Lease } from "../../core/lease.ts";
import type { RoleLogin } from "../../core/postgres-servers.ts";
import type { IsolationStepName } from "../../database/isolation-tables.ts";
import type { ReconcilerContext } from "../context.ts";
import type { RunResult } from "../queue/queue-worker.ts";
import { passwordKey } from "../tenants/credentials.ts";
import { prepareOwnServer } from "../tenants/provision.ts";
import { findTenantRecord, type PlacementRecord, type TenantRecord } from "../tenants/tenant-record.ts";
import { buildTenantSpec } from "../tenants/tenant-spec.ts";
import { findWorst, judge } from "./judge.ts";
import { judgeEnforcement } from "./judge-network.ts";
import {
  type CanaryObservation,
  type Fault,
  isFault,
  type KubernetesObservation,
  type NetworkObservation,
} from "./observations.ts";
import { observeKubernetes } from "./observe-kubernetes.ts";
import { type ProbeMaker, removeProbes, runProbe } from "./probe-jobs.ts";
import {
  beginReport,
  dropReport,
  findSurroundings,
  finishReport,
  type ReportRecord,
  readCanaryOrAsk,
  type Surroundings,
  writeStep,
} from "./report-rows.ts";
import { findTargets, type Targets } from "./targets.ts";

const recheckMs = 1_000;
const giveUpAfterMs = 180_000;
/** A policy engine may take that long to learn of a new pod; without one there is nothing to wait for. */
const settleMs = 5_000;

interface ReportRun {
  reconciler: ReconcilerContext;
  lease: Lease;
  report: ReportRecord;
  record: TenantRecord;
  placement: PlacementRecord;
  maker: ProbeMaker;
  surroundings: Surroundings;
  isLate: boolean;
}

/** Makes the report that was asked for: one step at a time, and from any of them again. */
export async function reconcileReport(
  reconciler: ReconcilerContext,
  lease: Lease,
  tenantId: string,
): Promise<RunResult> {
  const { database, cluster, settings, clock } = reconciler;
  const maker = { cluster, writer: cluster.makeWriter(lease), image: settings.isolation.probeImage };
  const report = await beginReport(database, tenantId);
  if (report === undefined) {
    await removeProbes(maker, { namespaces: namespacesOf(tenantId), probe: tenantId });
    return {};
  }
  const record = await findTenantRecord(database, tenantId);
  if (!record?.placement || record.isDeleting || record.isDeleted) {
    await dropReport(database, lease, report.id);
    return { requeueAfterMs: 0 }; // what it had started is still to be removed
  }
  const { placement } = record;
  const surroundings = await findSurroundings(database, { tenantId, serverId: placement.serverId });
  const isLate = clock.now().getTime() - report.startedAt.getTime() > giveUpAfterMs;
  return makeReport({ reconciler, lease, report, record, placement, maker, surroundings, isLate });
}

const namespacesOf = (tenantId: string) => [namespaceOf({ id: tenantId }), canaryNamespace];

async function makeReport(run: ReportRun): Promise<RunResult> {
  const { reconciler, lease, report, record, maker } = run;
  const probeNames = [`inside-${report.id}`, `outside-${report.id}`];
  await removeProbes(maker, { namespaces: namespacesOf(record.id), probe: record.id, keep: probeNames });
  const canary = await observeCanary(run);
  if (canary === undefined) return { requeueAfterMs: recheckMs };
  await tellStep(run, "NETWORK");
  const { network, targets } = await observeNetwork(run, canary);
  if (network === undefined) return { requeueAfterMs: recheckMs };
  await tellStep(run, "DATABASE");
  const { neighbour, slugs } = run.surroundings;
  const isAlone = run.placement.strategy === "DEDICATED";
  const observations = {
    network,
    database: await observeDatabase(run),
    kubernetes: await observeObjects(run),
  };
  const probes = judge(withServerControl(observations), { slugs, isAlone });
  await finishReport(reconciler.database, lease, {
    ...{ id: report.id, tenantId: record.id, probes, verdict: findWorst(probes) },
    names: { ...targets.names, ...(neighbour && { neighbourDatabase: neighbour.databaseName }) },
  });
  reconciler.changes.publish(`report:${record.id}`);
  return { requeueAfterMs: 0 }; // its probes are still to be removed
}

async function tellStep({ reconciler, lease, report, record }: ReportRun, step: IsolationStepName) {
  if (report.step === step) return;
  await writeStep(reconciler.database, lease, { id: report.id, step });
  report.step = step;
  reconciler.changes.publish(`report:${record.id}`);
}

async function observeCanary(run: ReportRun): Promise<CanaryObservation | Fault | undefined> {
  const { reconciler, isLate } = run;
  const { observation, isNewlyWanted } = await readCanaryOrAsk(reconciler.database, reconciler.clock.now());
  if (observation !== undefined) return observation;
  if (isNewlyWanted) reconciler.observe("canary");
  await tellStep(run, "CANARY");
  return isLate ? { fault: "The canary's pods did not run in time." } : undefined;
}

async function observeNetwork(
  run: ReportRun,
  canary: CanaryObservation | Fault,
): Promise<{ network: NetworkObservation | undefined; targets: Targets }> {
  const { reconciler, report, record, placement, maker, surroundings, isLate } = run;
  const { cluster, application, clock } = reconciler;
  const targets = findTargets({
    ...{ cluster, canary, application: application.name, instance: describeInstance(run) },
    ...{ tenantId: record.id, serverName: placement.serverName },
    neighbour: surroundings.runningNeighbour ?? undefined,
    otherServerName: surroundings.otherServerName ?? undefined,
  });
  const isSettled = judgeEnforcement(canary) === "NOT_ENFORCED";
  const shared = { probe: record.id, settleMs: isSettled ? 0 : settleMs };
  const namespace = namespaceOf(record);
  const [inside, outside] = [
    { ...shared, namespace, name: `inside-${report.id}`, tenantId: record.id, targets: targets.inside },
    { ...shared, namespace: canaryNamespace, name: `outside-${report.id}`, targets: targets.outside },
  ];
  const states = [await runProbe(maker, inside), await runProbe(maker, { ...outside, canary: "open" })];
  const isRunning = states.some(({ kind }) => kind === "running");
  if (isRunning && !isLate) return { network: undefined, targets };
  const [atHome, abroad] = states.map((state) =>
    state.kind === "ended" ? state.findings : { fault: "The probe's pod did not end in time." },
  );
  const { controls } = targets;
  return {
    network: { at: clock.now().toISOString(), canary, inside: atHome!, outside: abroad!, controls },
    targets,
  };
}

function describeInstance({ reconciler, record }: ReportRun) {
  const { application, settings } = reconciler;
  const nowhere = { host: "", port: 0, database: "", user: "", password: "" };
  return application.buildInstance({ tenant: buildTenantSpec(record, settings), database: nowhere });
}

async function readLogin(
  { maker, reconciler }: ReportRun,
  of: { id: string; databaseName: string; roleName: string },
): Promise<RoleLogin | undefined> {
  const { workload } = namesOf(reconciler.application.name);
  const password = (await maker.writer.findSecret(namespaceOf(of), workload))?.[passwordKey];
  return password === undefined ? undefined : { user: of.roleName, database: of.databaseName, password };
}

async function observeDatabase(run: ReportRun) {
  const { reconciler, placement, record, surroundings } = run;
  const { databaseName, roleName, serverId, serverName } = placement;
  const own = await readLogin(run, { id: record.id, databaseName, roleName });
  const neighbour = surroundings.neighbour ? await readLogin(run, surroundings.neighbour) : undefined;
  return reconciler.postgresServers.observeIsolation(
    { id: serverId, name: serverName },
    // Without its Secret nothing can be tried, and each claim says so.
    { own: own ?? { user: roleName, database: databaseName, password: "" }, neighbour },
  );
}

async function observeObjects(run: ReportRun): Promise<KubernetesObservation | Fault> {
  const { reconciler, record, placement } = run;
  const { application, cluster, settings, clock } = reconciler;
  try {
    const { ownServer } = await prepareOwnServer(run, run.maker.writer);
    return await observeKubernetes({
      ...(ownServer && { ownServer }),
      ...{ cluster, application: application.name, settings: settings.cluster, now: clock.now() },
      tenant: buildTenantSpec(record, settings),
      instance: describeInstance(run),
      databaseNamespace: placement.serverName,
      probeImage: settings.isolation.probeImage,
    });
  } catch (error) {
    reconciler.log.warn({ tenant: record.id, error: messageOf(error) }, "a namespace cannot be examined");
    return { fault: "The Kubernetes API did not answer." };
  }
}

// The platform's own session is the control of the tenant's way to its server.
function withServerControl<T extends { network: NetworkObservation; database: { own: { outcome: string } } }>(
  observations: T,
): T {
  const { network, database } = observations;
  const control = { isAnswering: database.own.outcome === "ALLOWED", how: "the platform" };
  const controls: NetworkObservation["controls"] = { ...network.controls, "own-database": control };
  if (!isFault(network.inside) && controls["own-server"] !== undefined) {
    const isAnswered = network.inside.results.some(
      ({ name, outcome }) => name === "own-database" && outcome === "ANSWERED",
    );
    controls["own-server"] = { isAnswering: isAnswered, how: "the instance's namespace" };
  }
  return { ...observations, network: { ...network, controls } };
}
